// `npm run build`: see lib/page.ts.
import { command } from "../tools/command.ts";
import { buildPage } from "../tools/page.ts";

command("npm run build: bundles the page into public/build.", {}, buildPage);

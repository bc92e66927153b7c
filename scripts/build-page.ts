// `npm run build`: see lib/page.ts.
import { command } from "./lib/command.ts";
import { buildPage } from "./lib/page.ts";

command("npm run build: bundles the page into public/build.", {}, buildPage);

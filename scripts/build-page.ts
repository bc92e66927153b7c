// `npm run build`: the page of the app, made of src/client/page; tools/page.ts says how.
import { command } from "../tools/command.ts";
import { buildPage } from "../tools/page.ts";

const HELP = `
npm run build: bundles the page into public/build.

Exit codes: 0 built, 1 it could not be built, 2 wrong options.
`;

command(HELP, {}, buildPage);

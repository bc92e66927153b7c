// The page is built once, before any test has a server: one that runs would load it anew, and throw everybody out.
export { buildPage as setup } from "../../tools/page.ts";

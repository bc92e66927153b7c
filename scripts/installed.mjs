// Before `npm start`: a copy without its packages says so in one sentence. Plain JavaScript for any Node: the one that the other
// scripts run on comes with the packages.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const needed = ["node", "wrangler", "esbuild"];
const folderOf = (name) => fileURLToPath(new URL(`../node_modules/${name}`, import.meta.url));

if (!needed.every((name) => existsSync(folderOf(name)))) {
  console.error("The packages of this project are not installed yet; install them with: npm ci");
  process.exit(1);
}

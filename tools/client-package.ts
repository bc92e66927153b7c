// The client as a package of its own in dist/client: a module and its types for each source file, and what npm has to know.
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT, runTool } from "./command.ts";

export const PACKAGE = join(ROOT, "dist", "client");

/** What can be imported from the package, and the module that it is. */
export const ENTRIES = {
  ".": "client/chat-client",
  "./socket": "client/chat-socket",
  "./stream": "client/extras/stream",
  "./snapshots": "client/extras/snapshots",
  "./storage": "client/extras/storage",
  "./fake-room": "client/extras/fake-room",
} as const;

const README = `# The client of Edge Chat

A client of Edge Chat's rooms for browsers and Node 22 or newer. It reconnects, resumes, and sends each message once.

    import { ChatClient } from "edge-chat-client";

    await using client = new ChatClient({ url: "wss://chat.example/api/room/lobby/websocket", name, key, client: "tab-1" }).start();
    console.log("stored as", await client.send("hello"));

\`edge-chat-client/stream\` has an async iterator over messages, \`/snapshots\` the state to draw, \`/storage\` keeps what is not sent,
\`/socket\` is the part below, and \`/fake-room\` is a room in memory for your tests. \`docs/client.md\` of Edge Chat says what each promise means.
`;

/** Builds dist/client anew. Throws a Failure where it does not compile. */
export async function buildClientPackage(): Promise<void> {
  await rm(PACKAGE, { recursive: true, force: true });
  await runTool("node_modules/typescript/bin/tsc", ["-p", "tsconfig/client-package.json"]);
  const { version, license } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
    readonly version: string;
    readonly license: string;
  };
  // The types of a module stand beside it, where compilers look for them.
  const exports = Object.entries(ENTRIES).map(([name, module]) => [name, `./${module}.js`]);
  const manifest = {
    name: "edge-chat-client",
    version,
    description: "A client of Edge Chat's rooms that reconnects, resumes, and sends each message once",
    license,
    type: "module",
    sideEffects: false,
    engines: { node: ">=22" },
    exports: Object.fromEntries(exports) as object,
    files: ["client", "protocol"],
  };
  await writeFile(join(PACKAGE, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(join(PACKAGE, "README.md"), README);
  await copyFile(join(ROOT, "LICENSE"), join(PACKAGE, "LICENSE"));
}

/** Whether others can use it: what npm's users expect of a package, and whether types and modules are the same to everybody. */
export async function checkClientPackage(): Promise<void> {
  await runTool("node_modules/publint/src/cli.js", [PACKAGE, "--strict"]);
  await runTool("node_modules/@arethetypeswrong/cli/dist/index.js", [
    "--pack",
    PACKAGE,
    "--profile",
    "esm-only",
  ]);
}

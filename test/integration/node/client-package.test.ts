// The client as others install it: packed, unpacked elsewhere, compiled against and run.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildClientPackage, checkClientPackage, ENTRIES, PACKAGE } from "../../../tools/client-package.ts";
import { ROOT } from "../../../tools/command.ts";

const run = promisify(execFile);
let app = "";

/** A program of somebody who has installed the package. */
const PROGRAM = `
import { ChatClient, type ChatMessage, ChatError } from "edge-chat-client";
import { ChatSocket } from "edge-chat-client/socket";
import { FakeRoom } from "edge-chat-client/fake-room";
import { Snapshots } from "edge-chat-client/snapshots";
import { MemoryStorage } from "edge-chat-client/storage";
import { MessageStream } from "edge-chat-client/stream";

const room = new FakeRoom();
const options = { url: "ws://fake", name: "ann", key: "k".repeat(16), client: "tab", WebSocket: room.WebSocket };
const client: ChatClient = new ChatClient({ ...options, storage: new MemoryStorage() });
const { snapshot } = new Snapshots(client, { keep: 1 });
client.start();
const stream = new MessageStream(client);
const seq: number | null = await client.send("hello");
const item = await stream.next();
const message: ChatMessage | null = item.value?.type === "message" ? item.value.message : null;
const refused: unknown = await client.send("").catch((error: unknown) => error);
client.close();
const seen: string = snapshot().status;
console.log(JSON.stringify([seq, message?.message, refused instanceof ChatError && refused.code, typeof ChatSocket, seen]));
`;

const OPTIONS = {
  compilerOptions: {
    strict: true,
    target: "ES2022",
    lib: ["ES2023", "ESNext.Disposable", "DOM"],
    types: [],
    module: "nodenext",
    rewriteRelativeImportExtensions: true,
    // Types of packages are checked, too.
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
  },
  files: ["program.ts"],
};

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), "edge-chat-app-"));
  await buildClientPackage();
  const packed = await run("npm", ["pack", PACKAGE, "--pack-destination", app, "--json", "--silent"]);
  const [name = ""] = /edge-chat-client-[\w.-]+\.tgz/.exec(packed.stdout) ?? [];
  await mkdir(join(app, "node_modules"));
  await run("tar", ["-xzf", join(app, name), "-C", join(app, "node_modules")]);
  await symlink(join(app, "node_modules", "package"), join(app, "node_modules", "edge-chat-client"));
  await writeFile(join(app, "package.json"), JSON.stringify({ type: "module" }));
  await writeFile(join(app, "program.ts"), PROGRAM);
  await writeFile(join(app, "tsconfig.json"), JSON.stringify(OPTIONS));
});

afterAll(() => rm(app, { recursive: true, force: true }));

test("publint and @arethetypeswrong/cli find nothing wrong with the package", async () => {
  await expect(checkClientPackage()).resolves.toBeUndefined();
});

test("a program that is compiled against the packed types runs on the packed modules", async () => {
  expect(Object.keys(ENTRIES)).toHaveLength(6);
  await run(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", app]).catch(
    (error: { stdout?: string }) => expect.fail(error.stdout ?? "The compiler did not run."),
  );
  const { stdout } = await run(process.execPath, [join(app, "program.js")]);
  expect(JSON.parse(stdout)).toEqual([1, "hello", "message-empty", "function", "closed"]);
});

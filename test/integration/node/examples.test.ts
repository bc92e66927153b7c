// The examples that run on Node, each as its reader would start it, in a room of a real server.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { MessageStream } from "../../../src/client/extras/stream.ts";
import { ROOT } from "../../../tools/command.ts";
import { serve } from "../../support/fault-server.ts";
import { addressOf } from "../../support/person.ts";
import { until } from "../../support/until.ts";
import { SeenClient } from "../../support/seen-client.ts";

interface Program {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

function run(example: string, ...args: readonly string[]): Program {
  const child = spawn(process.execPath, [resolve(ROOT, "examples", example), ...args], { cwd: ROOT });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data: Buffer) => {
      output += data.toString();
    });
  }
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on("exit", resolve);
  });
  return { child, output: () => output, ended };
}

const says = (program: Program, text: string): Promise<void> =>
  until(
    () => program.output().includes(text),
    () => `"${text}" in:\n${program.output()}`,
  );

const visitor = (url: string): SeenClient =>
  new SeenClient({ url, name: "ann", key: "the secret key of ann", client: "tab" }).start();

test("[D2] [D3] the bot answers a message once, also after its server was killed, and leaves at Ctrl-C", async () => {
  const server = await serve("example-bot");
  const url = addressOf(server.url, "bots");
  const bot = run("bot.ts", url);
  await says(bot, "live");
  await using ann = visitor(url);
  const stream = new MessageStream(ann);
  await ann.send("!time");
  await says(bot, "answered ann: message 2");
  await server.kill();
  await says(bot, "offline");
  await server.start();
  await ann.send("thank you");
  await ann.send("!time");
  await says(bot, "answered ann: message 5");
  const heard: string[] = [];
  while (heard.length < 5) {
    const { value } = (await stream.next()) as IteratorYieldResult<{
      type: string;
      message?: { message: string };
    }>;
    heard.push(value.message?.message.replace(/\d{4}-\d\d-\d\dT.*/, "now") ?? value.type);
  }
  expect(heard).toEqual(["!time", "@ann now", "thank you", "!time", "@ann now"]);
  bot.child.kill("SIGINT");
  expect(await bot.ended).toBe(0);
});

test("[D5] the client of the README, in its own words, stores a message and ends", async () => {
  const server = await serve("example-readme");
  const [, code = ""] =
    /\n## The client in fifteen lines\n([^]*?)\n\S/.exec(readFileSync(join(ROOT, "README.md"), "utf8")) ?? [];
  const folder = await mkdtemp(join(tmpdir(), "edge-chat-readme-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = code
    .replaceAll(/^ {4}/gm, "")
    .replace("./src/", `${ROOT}/src/`)
    .replace("ws://127.0.0.1:8787", server.url.replace("http", "ws"));
  await writeFile(join(folder, "program.ts"), program);
  const readme = run(join(folder, "program.ts"));
  expect(await readme.ended).toBe(0);
  expect(readme.output()).toBe("1 bot: hello\nStored as message 1: no crash loses it any more.\n");
});

test("[D4] [D5] the terminal chat says what is typed, shows what others say, and leaves when everything is stored", async () => {
  const server = await serve("example-terminal");
  const url = addressOf(server.url, "terminals");
  await using ann = visitor(url);
  const terminal = run("terminal.ts", "bob", url);
  await says(terminal, "* live");
  await ann.send("hello bob");
  await says(terminal, "ann: hello bob");
  terminal.child.stdin?.write("hello ann\n\nhow are you?\n");
  await says(terminal, "* not sent: message-empty");
  terminal.child.stdin?.end("bye\n");
  expect(await terminal.ended).toBe(0);
  expect(terminal.output()).toContain("bob: bye");
  await until(
    () => ann.snapshot().messages.length === 4,
    () => JSON.stringify(ann.snapshot().messages),
  );
  expect(ann.snapshot().messages.map(({ name, message }) => `${name}: ${message}`)).toEqual([
    "ann: hello bob",
    "bob: hello ann",
    "bob: how are you?",
    "bob: bye",
  ]);
});

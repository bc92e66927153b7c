// What people get who mistype a command: nothing is started, and one sentence says what to type.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTarget } from "../../../load/targets/start.ts";
import { start } from "../../support/host-run.ts";

let folder = "";
let file = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edge-chat-usage-"));
  file = join(folder, "a-file");
  await writeFile(file, "{");
  await writeFile(`${file}-2`, "{");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const LOAD = "scripts/load.ts";
const LADDER = "scripts/load-ladder.ts";
const COMPARE = "scripts/load-compare.ts";
const MERGE = "scripts/load-merge.ts";
const AB = "scripts/load-ab.ts";
const CAPACITY = "scripts/load-capacity.ts";
const TARGETS = "load/targets/main.ts";

test.each([
  [CAPACITY, [], /^Name the folders of ladders/],
  [CAPACITY, ["--bound", "0", "a"], /^--bound takes a number from 1/],
  [LOAD, [], /^Name a scenario: smoke, fanout/],
  [LOAD, ["fan-out"], /^There is no scenario fan-out: smoke/],
  [LOAD, ["fanout", "smoke"], /^One scenario at a time/],
  [LOAD, ["fanout", "--membres", "5"], /^Unknown option '--membres'; --help lists the options\.\n$/],
  [LOAD, ["fanout", "--members", "many"], /^Set --members to a whole number/],
  [LOAD, ["fanout", "--members", "-1"], /^--members takes a value, .* is written '--members=-XYZ'; --help/],
  [LOAD, ["fanout", "--members=-1"], /^Set --members to a whole number/],
  [LOAD, ["fanout", "--storm", "5"], /^--storm does nothing in fanout/],
  [LOAD, ["fanout", "--engine", "jmeter"], /^--engine takes node or k6/],
  [LOAD, ["fanout", "--repeat", "0"], /^--repeat takes a whole number from 1/],
  [LOAD, ["fanout", "--target", "chat.example"], /^--target takes an address/],
  [LOAD, ["fanout", "--target", "ws://a", "--against", "relay"], /not both/],
  [
    LOAD,
    ["fanout", "--target", "wss://chat.example", "--period", "1", "--rate", "500"],
    /agree to it with --yes/,
  ],
  [
    LOAD,
    ["fanout", "--target", "wss://chat.example"],
    /would refuse most of this: one address without a token/,
  ],
  [LOAD, ["fanout", "--against", "relay"], /^relay speaks the classic protocol only; add --protocol classic/],
  [
    LOAD,
    ["fanout", "--segment", "half"],
    /^--segment takes from:to within 0 and 1, e\.g\. 0:1\/2; not 0:half/,
  ],
  [LOAD, ["fanout", "--segment", "1/2:1/3"], /^--segment takes from:to/],
  [
    LOAD,
    ["fanout", "--segment", "0:1/2", "--segments", "0,1/3,1"],
    /^--segment 0:1\/2 is not a part of --segments/,
  ],
  [LOAD, ["fanout", "--segments", "0,1/2,1"], /^--segments needs --segment/],
  [LOAD, ["fanout", "--out", ""], /^--out takes a folder/],
  [LOAD, ["calibrate", "--repeat", "3"], /^--repeat does nothing in calibrate/],
  [LOAD, ["calibrate", "--against", "relay"], /^--against does nothing in calibrate/],
  [LADDER, ["--rate", "5"], /begin it with --from/],
  [LADDER, ["--factor", "1"], /^--factor takes a number from 1.1/],
  [LADDER, ["--steps", "1.5"], /^--steps takes a whole number from 1/],
  ["scripts/bench.ts", ["--servers", "moon"], /^--servers takes room, room-classic, demo/],
  ["scripts/bench.ts", ["--members", "100,100"], /^--members takes each number once/],
  [COMPARE, ["one"], /^Name two folders/],
  [COMPARE, ["one", "two", "--tolerance", ""], /^--tolerance takes a number from 0/],
  [COMPARE, ["/nowhere/a", "/nowhere/a"], /^There is no \/nowhere\/a; name a folder/],
  [LADDER, ["--against", "relay,relay"], /^--against takes each target once/],
  [LADDER, ["--against", "relay,moon"], /^--against takes local, demo, relay, node-ws or null/],
  [LADDER, ["--against", "local,demo"], /^demo speaks the classic protocol only/],
  [
    LADDER,
    ["--target", "ws://127.0.0.1:9", "--from", "500"],
    /each of 10 senders may say 32 messages in 12 s/,
  ],
  [AB, ["main"], /^Name two sides/],
  [AB, ["a=1", "b=2"], /^Give two values of one var, not a=1 and b=2/],
  [AB, ["no-such-var=1", "no-such-var=2"], /^There is no var NO_SUCH_VAR; there are RATE_PERIOD_MS/],
  [AB, ["roster-max=1", "roster-max=many"], /^Set the var ROSTER_MAX in wrangler.toml to a whole number/],
  [AB, ["HEAD", "HEAD", "--target", "ws://127.0.0.1:9"], /^The two sides are what is measured; leave out/],
  [AB, ["HEAD", "HEAD", "--against", "demo"], /^The two sides are what is measured; leave out/],
  [AB, ["no-such-commit", "HEAD"], /^no-such-commit is no commit here, no address and no name=value/],
  [AB, ["https://a.example", "https://b.example"], /would refuse most of this/],
  [
    AB,
    ["https://a.example", "https://b.example", "--period", "1", "--rate", "500"],
    /agree to it with --yes/,
  ],
  [MERGE, ["out", "a.json"], /^Name a folder to write and two results/],
  [MERGE, ["out", "/nowhere/a", "/nowhere/b"], /^\/nowhere\/[ab] cannot be read; name a result\.json/],
  [MERGE, ["out", "a.json", "./a.json"], /^Name each result once/],
  ["scripts/load-self-check.ts", ["--engine", "k5"], /^--engine takes node or k6/],
  [TARGETS, [], /^Name one target: null, echo/],
  [TARGETS, ["null", "--port", "65536"], /^--port takes a whole number from 0 to 65535/],
  [TARGETS, ["null", "--lose", "some"], /^--lose takes a whole number/],
  [TARGETS, ["echo", "--state", "here"], /^--state does nothing in echo/],
  [TARGETS, ["echo", "--lose", "3"], /^--lose does nothing in echo/],
])("%s %j ends at once, with a sentence and exit code 2", async (script, args, sentence) => {
  const { code, stderr } = await start([script, ...args]);
  expect(stderr).toMatch(sentence);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(code).toBe(2);
});

test("a wrong variable around is said by its own name, before anything starts", async () => {
  const { code, stdout, stderr } = await start([LOAD, "smoke"], { CHAT_MEMBERS: "many" });
  expect(stderr).toBe('Set CHAT_MEMBERS to a whole number from 2 to 60000; it is "many".\n');
  expect([code, stdout]).toEqual([2, ""]);
});

test.each([
  ["load", [LOAD, "fanout"]],
  ["load:ladder", [LADDER]],
])("%s does not write its results into a file", async (_name, command) => {
  const { code, stderr } = await start([
    ...command,
    "--target",
    "ws://127.0.0.1:9",
    "--senders",
    "100",
    "--no-preflight",
    "--out",
    file,
  ]);
  expect(stderr).toBe(`${file} cannot be made a folder; name another one for the results.\n`);
  expect(code).toBe(2);
});

test.each([
  ["load:compare", [COMPARE]],
  ["load:capacity", [CAPACITY]],
  ["load:merge", [MERGE, "out"]],
])("%s says which file is no result", async (_name, command) => {
  const { code, stderr } = await start([...command, file, `${file}-2`]);
  expect(stderr).toMatch(/a-file(-2)? is no JSON; name a result\.json\.\n$/);
  expect(code).toBe(2);
});

test("a target whose port is taken says how to get another one", async () => {
  const echo = await startTarget("echo", { port: 0 });
  const { code, stderr } = await start([TARGETS, "null", "--port", new URL(echo.url).port]);
  await echo.stop();
  expect(stderr).toMatch(/^Port \d+ is not to be had \(EADDRINUSE\); take another one with --port/);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(code).toBe(1);
});

test.each([
  LOAD,
  LADDER,
  COMPARE,
  CAPACITY,
  MERGE,
  "scripts/load-self-check.ts",
  "scripts/load-token.ts",
  TARGETS,
])("%s --help says how it is used", async (script) => {
  const { code, stdout } = await start([script, "--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("Exit codes:");
});

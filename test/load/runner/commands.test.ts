// The commands as people type them, in processes of their own. In the place of k6 stands fake-k6.ts: whether k6 understands what it is
// told, only k6 can show.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { COUNTS, type Tally } from "../../../load/lib/tally.ts";
import { ROOT } from "../../../tools/command.ts";
import type { RunResult } from "../../../load/runner/result.ts";
import { readResult } from "../../../load/runner/result.ts";
import { type HostRun, start } from "../../support/host-run.ts";
import { fakeK6, told, tallyOf } from "./fake-k6.ts";
import { fixture } from "./fixture.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edge-chat-load-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<HostRun> =>
  start([`scripts/${script}.ts`, ...args], env);

const K6 = ["--engine", "k6"];
const UNLIMITED = ["--period", "1", "--burst", "1000000"];
const NOWHERE = ["--target", "ws://127.0.0.1:9", "--no-preflight", ...UNLIMITED];

describe("npm run load with k6", () => {
  test("starts a local room, tells k6 what was asked, shows progress, and writes a result and a report", async () => {
    const env = await fakeK6(folder, "valid", tallyOf(fixture()));
    const out = join(folder, "valid-out");
    const said = await run(
      "load",
      ["fanout", ...K6, "--members", "100", "--rate", "500", "--run", "r1", "--out", out],
      env,
    );
    expect(said).toMatchObject({ code: 0 });
    expect(said.stdout).toContain("fanout by k6 1.8.1 against a local target");
    expect(said.stdout).toMatch(/VALID: 50,\d{3} deliveries\/s per room/);
    expect(said.stderr).toMatch(/2 s {2}joined 100 {2}\d+ deliveries\/s {2}p99 4 ms {2}lag 1 ms/);
    const { args, status } = await told(folder, "valid");
    expect(status).toBe(405);
    expect(args.slice(0, 2)).toEqual(["run", "-q"]);
    for (const given of ["CHAT_MEMBERS=100", "CHAT_RATE=500", "CHAT_RUN=r1"]) expect(args).toContain(given);
    expect(args.at(-1)).toBe("load/fanout.ts");
    const result = await readResult(join(out, "result.json"));
    expect(result.engine).toEqual({ name: "k6", version: "1.8.1" });
    expect(result.target.kind).toBe("local");
    expect(result.usage.target.length).toBeGreaterThan(0);
    expect(await readFile(join(out, "report.html"), "utf8")).toContain(">VALID<");
  });

  test("calls a run VOID: exit code 3 and no number", async () => {
    const { counts } = fixture();
    const env = await fakeK6(folder, "void", tallyOf(fixture({ counts: { ...counts, handlerErrors: 2 } })), {
      exit: 99,
    });
    const said = await run("load", ["fanout", ...K6, ...NOWHERE, "--out", join(folder, "void-out")], env);
    expect(said.code).toBe(3);
    expect(said.stdout).toContain("VOID");
    expect(said.stdout).not.toContain("deliveries/s per room");
    expect((await readResult(join(folder, "void-out", "result.json"))).headline).toBeNull();
  });

  test("passes a failed threshold on: exit code 1, with a result, and what was broken", async () => {
    const slow = await fakeK6(folder, "slow", tallyOf(fixture()), { exit: 99 });
    const said = await run("load", ["fanout", ...K6, ...NOWHERE, "--out", join(folder, "slow-out")], slow);
    expect(said.code).toBe(1);
    expect(said.stdout).toContain("VALID");
    expect(said.stdout).toMatch(/^BROKEN: a threshold of the script: see .*slow-out\/engine\.log\.$/m);
    const { counts } = fixture();
    const double = tallyOf(fixture({ counts: { ...counts, duplicate: 1_200 } }));
    const env = await fakeK6(folder, "double", double, { exit: 99 });
    const wrong = await run("load", ["fanout", ...K6, ...NOWHERE, "--out", join(folder, "double-out")], env);
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toContain("\nBROKEN: 1,200 duplicated.\n");
    expect(await readFile(join(folder, "double-out", "report.html"), "utf8")).toContain(
      '<p class="bad-text"><span class="verdict">BROKEN</span> The room did what it may not: 1,200 duplicated.</p>',
    );
  });

  test("says where the log is when the script fails", async () => {
    const env = await fakeK6(folder, "broken", tallyOf(fixture()), { exit: 107 });
    const said = await run("load", ["fanout", ...K6, ...NOWHERE, "--out", join(folder, "broken-out")], env);
    expect(said.code).toBe(1);
    expect(said.stderr).toMatch(
      /The script ended with exit code 107 and left no result; .*broken-out has its seconds until then\. It said nothing\./,
    );
  });

  test("says so where a full disk cut the result short", async () => {
    const env = await fakeK6(folder, "full", tallyOf(fixture()));
    // The fake writes its whole tally; what is left of it stands in for the full disk.
    const path = join(folder, "full", "k6");
    const program = await readFile(path, "utf8");
    await writeFile(path, program.replace('value("CHAT_OUT"), ', 'value("CHAT_OUT"), "{" || '));
    const said = await run("load", ["fanout", ...K6, ...NOWHERE, "--out", join(folder, "full-out")], env);
    expect(said.code).toBe(1);
    expect(said.stderr).toMatch(
      /^The script ended with exit code 0 and left no result; .*full-out has its seconds until then\. It said nothing\./m,
    );
    expect(said.stderr).not.toMatch(/^ +at /m);
  });

  test("leaves nothing running when it is interrupted", async () => {
    const env = await fakeK6(folder, "interrupted", tallyOf(fixture()));
    const args = ["scripts/load.ts", "fanout", ...K6, "--out", join(folder, "interrupted-out")];
    const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env } });
    const url = await vi.waitFor(async () => {
      const target = (await told(folder, "interrupted")).args.find((arg) => arg.startsWith("CHAT_TARGET="));
      return (target ?? "").replace("CHAT_TARGET=ws", "http");
    }, 20_000);
    expect((await fetch(`${url}/api/room`)).status).toBe(405);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([1, null]);
    await vi.waitFor(() => expect(fetch(`${url}/api/room`)).rejects.toThrow("fetch failed"), 5_000);
  });

  test("refuses a k6 that is too old, and says so when there is none", async () => {
    const env = await fakeK6(folder, "old", tallyOf(fixture()), { version: "1.7.1" });
    expect(await run("load", ["fanout", ...K6], env)).toMatchObject({
      code: 2,
      stderr: "The k6 on the PATH is 1.7.1; 1.8 or newer is needed.\n",
    });
    const none = await run("load", ["fanout", ...K6], { PATH: folder });
    expect(none).toMatchObject({ code: 2 });
    expect(none.stderr).toContain("There is no k6 on the PATH");
  });
});

async function write(name: string, result: RunResult): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, JSON.stringify(result));
  return path;
}

const repeats = async (name: string, p50: number): Promise<string> => {
  for (const i of [1, 2, 3, 4, 5]) await write(`${name}/result-${i}.json`, fixture({}, p50 * (1 + i / 100)));
  return join(folder, name);
};

test("npm run load:capacity writes the card of several folders, and refuses what makes none", async () => {
  const { parameters } = fixture();
  const large = fixture({ parameters: { ...parameters, CHAT_MEMBERS: 700 } });
  const [a, b] = [await write("l100/result.json", fixture()), await write("l700/result.json", large)];
  const said = await run("load-capacity", [join(a, ".."), join(b, "..")]);
  expect(said).toMatchObject({ code: 0 });
  expect(said.stdout).toContain("100 members: 500 messages/s hold");
  expect(said.stdout).toContain("700 members: 500 messages/s hold");
  expect(await readFile(join(folder, "l100", "capacity.html"), "utf8")).toContain("<h2>Capacity card</h2>");
  const other = await write("other.json", fixture({ parameters: { ...parameters, CHAT_SIZE: 64 } }));
  expect(await run("load-capacity", [a, other])).toMatchObject({ code: 2 });
});

describe("npm run load:compare", () => {
  test("exits 1 on a regression, 0 without", async () => {
    const [a, b] = [await repeats("a", 3), await repeats("b", 4)];
    const worse = await run("load-compare", [a, b]);
    expect(worse).toMatchObject({ code: 1 });
    const overlay = await readFile(join(b, "compare.html"), "utf8");
    expect(overlay).toContain('<span class="verdict">WORSE</span>');
    expect(worse.stdout).toContain(`Report: ${join(b, "compare.html")}`);
    expect(worse.stdout).toMatch(/p99: 15\.\d+ ms -> 20\.\d+ ms, \+33\.3 % \(\+\d.*\): worse/);
    expect(await run("load-compare", [b, a])).toMatchObject({ code: 0 });
    const out = join(folder, "elsewhere.html");
    expect(await run("load-compare", [a, b, "--tolerance", "50", "--out", out])).toMatchObject({ code: 0 });
    expect(await readFile(out, "utf8")).toContain('<span class="verdict">NOT WORSE</span>');
  });

  test("finds what lost something worse, however fast it looks, and no base line in it", async () => {
    const a = await repeats("whole", 3);
    const b = await repeats("lossy", 1);
    for (const i of [1, 2, 3, 4, 5]) {
      const path = join("lossy", `result-${i}.json`);
      const result = await readResult(join(folder, path));
      await write(path, { ...result, verdict: { ...result.verdict, broken: ["140 lost"] } });
    }
    const worse = await run("load-compare", [a, b]);
    expect(worse).toMatchObject({ code: 1 });
    expect(worse.stderr).toContain("BROKEN in 5 of 5 repeats: 140 lost");
    expect(await run("load-compare", [b, a])).toMatchObject({ code: 2 });
  });

  test("refuses a single result, and one of another version", async () => {
    const a = await repeats("c", 3);
    const single = await write("single.json", fixture());
    expect(await run("load-compare", [a, single])).toMatchObject({ code: 2 });
    const strange = await write("strange.json", { ...fixture(), instances: 0 });
    const said = await run("load-compare", [a, strange]);
    expect(said).toMatchObject({ code: 2 });
    expect(said.stderr).toContain("is no result of this version of npm run load (/instances must be >= 1)");
  });
});

describe("npm run load:merge", () => {
  test("adds up two halves of a run", async () => {
    const { counts } = fixture();
    // One instance sends and receives, the other one only receives.
    const joined = { connects: 50, joined: 50, expected: 300_000, delivered: 300_000 };
    const a = await write("m/a.json", fixture({ counts: { ...counts, ...joined }, reports: [1, 0] }));
    const other = { ...counts, ...joined, offered: 0, sent: 0, accepted: 0 };
    const b = await write("m/b.json", fixture({ counts: other, reports: [0, 1] }));
    const out = join(folder, "merged");
    const said = await run("load-merge", [out, a, b]);
    expect(said).toMatchObject({ code: 0 });
    const merged = await readResult(join(out, "result.json"));
    expect(merged.instances).toBe(2);
    for (const name of COUNTS) {
      const whole = counts[name];
      expect(merged.counts[name], name).toBe(name === "frames" || name === "bytes" ? 2 * whole : whole);
    }
    expect(merged.ceiling).toBe(320_000);
  });

  test("of which one lost something is BROKEN, in words and by its exit code", async () => {
    const { counts } = fixture();
    const joined = { connects: 50, joined: 50, expected: 300_000, delivered: 300_000 };
    const lossy = { ...counts, ...joined, delivered: 299_790, lost: 210 };
    const a = await write("l/a.json", fixture({ counts: lossy, reports: [1, 0] }));
    const other = { ...counts, ...joined, offered: 0, sent: 0, accepted: 0 };
    const b = await write("l/b.json", fixture({ counts: other, reports: [0, 1] }));
    const said = await run("load-merge", [join(folder, "lossy"), a, b]);
    expect(said).toMatchObject({ code: 1 });
    expect(said.stdout).toMatch(/^BROKEN: 210 lost\./);
    const [slowA, slowB] = [
      [1, 0],
      [0, 1],
    ].map((reports, i) => ({
      ...fixture({ counts: i === 0 ? { ...counts, ...joined } : other, reports }, 300),
      parameters: { ...fixture().parameters, CHAT_P99_MS: 1_000 },
    }));
    if (slowA === undefined || slowB === undefined) throw new Error("two shares");
    const files = [await write("s/a.json", slowA), await write("s/b.json", slowB)];
    const slow = await run("load-merge", [join(folder, "slow"), ...files]);
    expect(slow).toMatchObject({ code: 1 });
    expect(slow.stdout).toMatch(/^BROKEN: p99 1\d\d\d ms is over 1000 ms\./);
  });

  test("takes bare tallies, and says what nobody knows of them", async () => {
    const { counts } = fixture();
    const joined = { connects: 50, joined: 50, expected: 300_000, delivered: 300_000 };
    const half = tallyOf(fixture({ counts: { ...counts, ...joined }, reports: [1, 0] }));
    const others = { ...half.counts, offered: 0, sent: 0, accepted: 0 };
    const other: Tally = { ...half, counts: others, reports: [0, 1] };
    const [a, b] = [await write("t/a.json", half as RunResult), await write("t/b.json", other as RunResult)];
    const out = join(folder, "tallies");
    const said = await run("load-merge", [out, a, b]);
    expect(said).toMatchObject({ code: 0 });
    expect(said.stdout).toContain("Nobody sampled or calibrated the generators");
    expect((await readResult(join(out, "result.json"))).counts.delivered).toBe(600_000);
    const broken = await write("t/c.json", { ...half, counts: {} } as RunResult);
    expect(await run("load-merge", [out, a, broken])).toMatchObject({ code: 2 });
  });

  test("refuses results of different runs", async () => {
    const a = await write("n/a.json", fixture());
    const b = await write("n/b.json", fixture({ parameters: { ...fixture().parameters, CHAT_RATE: 7 } }));
    const said = await run("load-merge", [join(folder, "no"), a, b]);
    expect(said).toMatchObject({ code: 2 });
    expect(said.stderr).toContain("CHAT_RATE is 500 in one and 7 in the other");
  });
});

// What is said about a run: which exit code, what a comparison makes of a broken one, and what is refused before anybody is loaded.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { mergeTallies } from "../../../load/lib/tally.ts";
import { judge } from "../../../load/lib/validity.ts";
import { readParameters } from "../../../load/lib/parameters.ts";
import {
  brokenRepeats,
  compare,
  comparePairs,
  driftOf,
  incomparable,
  sayComparison,
} from "../../../load/runner/compare.ts";
import { Journal } from "../../../load/runner/journal.ts";
import { mergeResults } from "../../../load/runner/merge.ts";
import { overPolicy } from "../../../load/runner/policy.ts";
import { preflight } from "../../../load/runner/preflight.ts";
import { LiveLine } from "../../../load/runner/progress.ts";
import { exitCodeOf, readRepeats, type RunResult } from "../../../load/runner/result.ts";
import { renderReport } from "../../../load/runner/report.ts";
import { saveReport, sayResult } from "../../../load/runner/save.ts";
import { type LadderStep, ladderOutcomeOf } from "../../../load/runner/ladder-outcome.ts";
import { comparePaired, LEAST_PAIRS } from "../../../load/runner/statistics.ts";
import { coreSecondsOf } from "../../../load/runner/usage.ts";
import { fixture, voided } from "./fixture.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edge-chat-truth-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const five = (result: RunResult): RunResult[] => Array.from({ length: 5 }, () => result);
const broken = (result: RunResult = fixture()): RunResult => ({
  ...result,
  verdict: { ...result.verdict, broken: ["140 lost"] },
});

describe("verdicts", () => {
  test("BROKEN is exit code 1 and outranks VOID, which is 3", () => {
    expect(exitCodeOf([fixture(), fixture()])).toBe(0);
    expect(exitCodeOf([fixture(), voided("lag")])).toBe(3);
    expect(exitCodeOf([voided("lag"), broken()])).toBe(1);
    expect(exitCodeOf([broken(voided("lag"))])).toBe(1);
  });

  test("a run that is both says so first, gives no number, and its report does the same", () => {
    const both = broken(voided("the sender is overloaded"));
    expect(sayResult(both).slice(0, 3)).toEqual([
      "BROKEN: 140 lost.",
      "VOID: this run gives no number of the room.",
      "  the sender is overloaded",
    ]);
    const report = renderReport({ title: "", results: [both], ladder: null, command: "" });
    expect(report.indexOf("140 lost")).toBeGreaterThan(0);
    expect(report.indexOf("140 lost")).toBeLessThan(report.indexOf(">VOID<"));
  });

  test("a smoke run says that it works, and no time: ten messages have no percentiles", () => {
    const smoke = fixture({ scenario: "smoke" });
    expect(sayResult(smoke)).toEqual([
      `VALID: it works. ${smoke.counts.delivered.toLocaleString("en")} messages were delivered; a smoke run says nothing of how fast.`,
    ]);
    const report = renderReport({ title: "", results: [smoke], ladder: null, command: "" });
    expect(report).toContain("a smoke run says nothing of how fast");
    expect(report).not.toContain("deliveries/s per room");
  });

  test("a result says what failed, most first, and when the first time", () => {
    const first = Date.parse(fixture().started) + 1_500;
    const failures = [{ why: "status 403", count: 1_200, first }];
    expect(sayResult(fixture({ failures })).at(-1)).toBe("  1,200 × status 403, first after 1.5 s");
  });
});

const repeats = (p50: number): RunResult[] => [1, 1.02, 0.98, 1.01, 0.99].map((by) => fixture({}, p50 * by));

describe("a comparison", () => {
  test("finds a second that breaks a law worse before any latency, and takes no broken first for a base line", () => {
    expect(brokenRepeats(five(broken()))).toBe("BROKEN in 5 of 5 repeats: 140 lost");
    expect(brokenRepeats(five(fixture()))).toBeNull();
    expect(incomparable(five(broken()), five(fixture()))).toMatch(
      /is BROKEN \(140 lost\); it is no base line/,
    );
    // VOID and BROKEN: what it broke is known, whatever its numbers are worth.
    expect(incomparable(five(fixture()), five(broken(voided("lag"))))).toBeNull();
  });

  test("of different hours says so", () => {
    const later = fixture({ started: "2026-11-25T06:30:00.000Z" });
    expect(driftOf(five(fixture()), five(later))).toContain("120 minutes apart");
    expect(driftOf(five(fixture()), five(fixture()))).toBeNull();
  });

  test("says the least difference that it could have seen", () => {
    const [p50] = compare(repeats(3), repeats(3), 0.05).filter(({ measure }) => measure.name === "p50");
    expect(p50 === undefined ? "" : sayComparison(p50)).toMatch(
      /: same; the least that could have been seen is \d\.\d %$/,
    );
  });
});

/** A machine that gets slower and slower, by a tenth over all: between two of a pair by less than a hundredth. */
const drifting = (by: number): [number, number][] =>
  Array.from({ length: LEAST_PAIRS }, (_, i) => {
    const [one, other] = [1 + (2 * i) / 160, 1 + (2 * i + 1) / 160];
    return i % 2 === 0 ? [one, other * by] : [other, one * by];
  });

describe("pairs that were measured in turns", () => {
  test("tell a tenth from nothing on a machine that drifts by a tenth meanwhile", () => {
    const same = comparePaired(drifting(1), 0.0125);
    expect(same?.low).toBeLessThan(1);
    expect(same?.high).toBeGreaterThan(1);
    const slower = comparePaired(drifting(1.1), 0.0125);
    expect(slower?.low).toBeGreaterThan(1.05);
    expect(slower?.ratio).toBeCloseTo(1.1, 2);
  });

  test("that are too few tell nothing, and 8 are the fewest for four measures", () => {
    expect(comparePaired(drifting(1.1).slice(1), 0.0125)).toBeNull();
    expect(comparePaired([], 0.0125)).toBeNull();
  });

  test("hold the true ratio in at least 95 of 100 intervals", () => {
    let held = 0;
    let state = 1;
    const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let run = 0; run < 400; run += 1) {
      const pairs = Array.from({ length: 10 }, (): [number, number] => [1 + random(), 1.2 * (1 + random())]);
      const { low = 2, high = 0 } = comparePaired(pairs, 0.05) ?? {};
      if (low <= 1.2 && 1.2 <= high) held += 1;
    }
    expect(held / 400).toBeGreaterThanOrEqual(0.95);
  });

  test("of results: each with its neighbour", () => {
    const by = [1, 1.02, 1.04, 1.06, 1.08, 1.1, 1.12, 1.14];
    const first = by.map((drift) => fixture({}, 3 * drift));
    const second = by.map((drift) => fixture({}, 3.3 * drift));
    const outcomes = comparePairs(first, second, 0.05).map(({ measure, outcome }) => [measure.name, outcome]);
    expect(outcomes).toContainEqual(["p50", "worse"]);
    expect(comparePairs(first, first, 0.05).every(({ outcome }) => outcome === "same")).toBe(true);
  });
});

const share = (reports: readonly number[]): RunResult =>
  fixture({ reports, verdict: { valid: false, broken: [], reasons: ["a share"], limitedBy: "nothing" } });

const reasons = (...shares: RunResult[]): string => mergeResults(shares, "").verdict.reasons.join("; ");

describe("merging", () => {
  test("needs each share exactly once", () => {
    const [a, b] = [share([1, 0, 1]), share([0, 1, 0])];
    expect(reasons(a, b)).not.toMatch(/handed over nothing|more than once/);
    expect(reasons(a, share([0, 0, 0]))).toContain("virtual user 2 handed over nothing");
    expect(reasons(a, b, b)).toContain("virtual user 2 is counted more than once");
  });

  test("what one share lost makes all of it BROKEN", () => {
    const lossy = share([0, 1]);
    const merged = mergeResults([share([1, 0]), { ...lossy, counts: { ...lossy.counts, lost: 210 } }], "");
    expect(merged.verdict.broken).toEqual(["210 lost"]);
    expect(exitCodeOf([merged])).toBe(1);
  });

  test("a clock that is 50 ms ahead on one machine shows in the room's own times", () => {
    const here = fixture({ roomLag: { min: 3, max: 4 } });
    const there = fixture({ roomLag: { min: 53, max: 53 } });
    expect(judge(mergeTallies(here, there)).reasons.join()).toContain("50 ms apart");
    expect(judge(here).reasons.join()).not.toContain("apart");
  });
});

const step = (rate: number, failure: string | null): LadderStep => ({ rate, failure, result: fixture() });

describe("a ladder", () => {
  test("says between which rates the knee is, and which failure was not reproduced", () => {
    const failed = [step(400, "p99"), step(400, "p99")];
    const tries = [step(100, null), step(200, "p99"), step(200, null), step(200, null), ...failed];
    const { sentence, best, steps } = ladderOutcomeOf(tries, { p99Ms: 100 });
    expect(best?.rate).toBe(200);
    expect(steps).toHaveLength(3);
    expect(sentence).toContain(
      "That it failed once at 200 messages/s was not reproduced. The knee is between 200 and 400 messages/s.",
    );
    expect(ladderOutcomeOf(tries.slice(0, 1), { p99Ms: 100 }).sentence).not.toContain("reproduced");
  });
});

describe("what is kept", () => {
  test("results of an earlier run in the folder are not read as repeats of this one", async () => {
    const out = join(folder, "stale");
    const report = { title: "", ladder: null, command: "" };
    await saveReport(out, { ...report, results: five(fixture()) });
    await saveReport(out, { ...report, results: [fixture(), fixture()] });
    expect(await readRepeats(out)).toHaveLength(2);
    await saveReport(out, { ...report, results: [fixture()] });
    expect((await readdir(out)).toSorted()).toEqual(["report.html", "result.json"]);
  });

  test("a file that cannot be written leaves what stood there, and says so", async () => {
    const out = join(folder, "taken");
    const report = { title: "", results: [fixture()], ladder: null, command: "" };
    await saveReport(out, report);
    const before = await readFile(join(out, "result.json"), "utf8");
    // A part file that is a folder takes no text, as a full disk does not.
    await rm(join(out, "result.json.part"), { force: true });
    const { mkdir } = await import("node:fs/promises");
    await mkdir(join(out, "result.json.part", "full"), { recursive: true });
    await expect(saveReport(out, report)).rejects.toThrow(
      /could not be written .* what was written before is kept/,
    );
    expect(await readFile(join(out, "result.json"), "utf8")).toBe(before);
  });

  test("the journal of a run that ended early says that it is partial, and has its seconds", async () => {
    const journal = new Journal(folder, "npm run load -- soak");
    const live = new LiveLine(0);
    live.observe({ vu: 1, joined: 5, delivered: 100, sent: 10, p99: 4, lag: null });
    live.observe({ vu: 2, joined: 6, delivered: 200, sent: 0, p99: 9, lag: 1 });
    journal.add(live.state(2_000));
    const path = join(folder, "progress.jsonl");
    const lines = (await readFile(path, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([
      expect.objectContaining({
        command: "npm run load -- soak",
        partial: expect.stringContaining("no result"),
      }),
      { second: 2, joined: 11, sent: 10, delivered: 300, p99Ms: 9, lagMs: 1 },
    ]);
    journal.discard();
    await expect(readFile(path)).rejects.toThrow("ENOENT");
  });

  test("a journal that cannot be written ends nothing", () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    const journal = new Journal(join(folder, "nowhere"), "");
    journal.add({});
    expect(said).toHaveBeenCalledTimes(1);
    said.mockRestore();
  });
});

const parameters = (env: Record<string, string>, target = "ws://room.example") =>
  readParameters("fanout", { CHAT_TARGET: target, ...env });

const listen = async (answer: (server: Server) => void): Promise<{ url: string; stop: () => void }> => {
  const server = createServer((_request, response) => response.writeHead(404).end());
  answer(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => void server.close(),
  };
};

describe("before a run", () => {
  test("a plan over the room's policy is refused, with what to do", () => {
    // 10 senders of 10 messages a second, where one in a second is taken after 20.
    expect(overPolicy(parameters({}), true)).toMatch(
      /each of 10 senders may say 32 messages in 12 s.*--senders 38/,
    );
    expect(overPolicy(parameters({ CHAT_SENDERS: "38" }), true)).toBeNull();
    expect(overPolicy(parameters({ CHAT_SENDERS: "37" }), true)).not.toBeNull();
    expect(overPolicy(parameters({ CHAT_PERIOD_MS: "1" }), true)).toBeNull();
    // Without a token all come from one address.
    expect(overPolicy(parameters({ CHAT_SENDERS: "100" }), false)).toContain("load:token");
    expect(overPolicy(parameters({ CHAT_RATE: "2" }), false)).toBeNull();
  });

  test.each([403, 404, 429])("a handshake that is answered by %d is told with its status", async (status) => {
    const { url, stop } = await listen((server) =>
      server.on("upgrade", (_request, socket) => {
        socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      }),
    );
    await expect(preflight(parameters({}, url), "r")).rejects.toThrow(
      `${url} takes nobody in: HTTP status ${status}, `,
    );
    stop();
  });

  test("nobody there is told, and who shakes hands is let in", async () => {
    const { url, stop } = await listen((server) =>
      server.on("upgrade", (_request, socket) => {
        socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
      }),
    );
    await preflight(parameters({}, url), "r");
    stop();
    await expect(preflight(parameters({}, "ws://127.0.0.1:9"), "r")).rejects.toThrow(
      "ECONNREFUSED, nobody listens there",
    );
  });
});

test("of pinned cores alone: what programs used and what was stolen, in seconds", () => {
  const stat =
    "cpu  900 0 0 0 0 0 0 0 0 0\ncpu0 100 20 30 999 5 7 8 40 0 0\ncpu1 1 1 1 9 0 0 0 2 0 0\ncpu2 300 0 0 0 0 0 0 0 0 0\n";
  expect(coreSecondsOf(stat, "0")).toEqual({ programs: 1.5, steal: 0.4 });
  expect(coreSecondsOf(stat, "0-1")).toEqual({ programs: 1.53, steal: 0.42000000000000004 });
});

test("a result that was there is not what a folder of notes is", async () => {
  await writeFile(join(folder, "result-x.json"), "{}");
  await expect(readRepeats(folder)).rejects.toThrow("holds no result.json");
});

// The small decisions around a run: command lines, cost, calibration, progress, processor time.
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { assemble, windowOf } from "../../../load/runner/assemble.ts";
import { ceilingFor, type Calibration, withCalibration } from "../../../load/runner/calibration.ts";
import { billOf, isLarge } from "../../../load/runner/cost.ts";
import { commandLine, isK6Supported, readK6Version } from "../../../load/runner/engine.ts";
import { environmentOf, optionOf, SCRIPT_OPTIONS } from "../../../load/runner/options.ts";
import { coresOf, planPinning } from "../../../load/runner/pinning.ts";
import { LiveLine, readProgress } from "../../../load/runner/progress.ts";
import { cpuSecondsOf, rssOf, UsageSampler } from "../../../load/runner/usage.ts";
import { fixture } from "./fixture.ts";

describe("engine", () => {
  test.each([
    ["k6 v1.8.1 (commit/8a3b, go1.25.1, linux/amd64)", "1.8.1", true],
    ["k6 v1.7.9 (go1.25.1, linux/amd64)", "1.7.9", false],
    ["k6 v0.57.0 (go1.23, linux/amd64)", "0.57.0", false],
    ["k6 v2.2.0-rc1 (go1.26, linux/amd64)\nExtensions:", "2.2.0-rc1", true],
  ])("reads %j", (said, version, isSupported) => {
    expect(readK6Version(said)).toBe(version);
    expect(isK6Supported(version)).toBe(isSupported);
  });

  test("is told the same in the same words, k6 or not", () => {
    const run = {
      script: "load/fanout.ts",
      env: { CHAT_RATE: "5" },
      segment: { own: "0:1/2", sequence: "0,1/2,1" },
    };
    const k6 = commandLine({ name: "k6", version: "1.8.1" }, run);
    const segment = ["--execution-segment", "0:1/2", "--execution-segment-sequence", "0,1/2,1"];
    const words = ["run", "-q", "-e", "CHAT_RATE=5", ...segment, "load/fanout.ts"];
    expect(k6).toEqual({ program: "k6", args: words, env: { K6_NO_USAGE_REPORT: "true" } });
    expect(commandLine({ name: "node", version: "v24" }, run)).toEqual({
      program: process.execPath,
      args: ["load/host/main.ts", ...words],
      env: {},
    });
  });
});

describe("options", () => {
  test("are the scripts' parameters without prefix and unit", () => {
    expect(["CHAT_DURATION_S", "CHAT_P99_MS", "CHAT_JOIN_RATE"].map(optionOf)).toEqual([
      "duration",
      "p99",
      "join-rate",
    ]);
    for (const name of ["members", "rate", "size", "duration", "protocol", "rooms", "run"]) {
      expect(SCRIPT_OPTIONS).toHaveProperty(name);
    }
    for (const own of ["target", "out", "progress", "token"]) expect(SCRIPT_OPTIONS).not.toHaveProperty(own);
  });

  test("become the script's environment, checked by its own rules", () => {
    expect(environmentOf("fanout", { members: "70", duration: "3", engine: "k6" }, {})).toEqual({
      CHAT_MEMBERS: "70",
      CHAT_DURATION_S: "3",
    });
    expect(() => environmentOf("fanout", { members: "many" }, {})).toThrow(
      /^Set --members to a whole number/,
    );
    expect(() => environmentOf("fanout", { storm: "3" }, {})).toThrow(/--storm does nothing in fanout/);
  });

  test("come before the variables around, which the script sees and the bill counts too", () => {
    const around = { CHAT_MEMBERS: "50", CHAT_RATE: "7", CHAT_TOKEN: "secret", PATH: "/bin" };
    expect(environmentOf("fanout", { members: "70" }, around)).toEqual({
      CHAT_MEMBERS: "70",
      CHAT_RATE: "7",
    });
    expect(() => environmentOf("smoke", {}, { CHAT_RATE: "fast" })).toThrow(/^Set CHAT_RATE to a number/);
    expect(() => environmentOf("smoke", {}, { CHAT_FOO: "1" })).toThrow(
      /^There is no CHAT_FOO; smoke knows --target/,
    );
    expect(() => environmentOf("smoke", {}, { CHAT_TOKEN: "sec ret" })).toThrow(
      /^Set CHAT_TOKEN to a token without blanks; it is another\.$/,
    );
  });
});

describe("cost", () => {
  test("counts upgrades, frames at 20 to 1, what the limit costs a visit, and rows", () => {
    // 2 * 100 upgrades, 1,100 frames at 20:1, 4 requests of the limit a visit; 3 rows a message and 9 a visit.
    expect(billOf({ joins: 100, messages: 1_000, protocol: "delivery" })).toEqual({
      requests: 655,
      rowsWritten: 3_900,
    });
    expect(billOf({ joins: 100, messages: 1_000, protocol: "classic" }).rowsWritten).toBe(2_900);
  });

  test("is worth a question from a tenth of a free day on", () => {
    expect(isLarge({ requests: 10_000, rowsWritten: 10_000 })).toBe(false);
    expect(isLarge({ requests: 1, rowsWritten: 10_001 })).toBe(true);
    expect(isLarge({ requests: 10_001, rowsWritten: 1 })).toBe(true);
  });
});

describe("calibration", () => {
  const { engine, machine, pinned } = fixture();
  const now = Date.parse("2026-11-25T00:00:00Z");
  const setting = { engine, machine, pinned, protocol: "classic", sample: 1 };
  const entry: Calibration = { ...setting, measured: "2026-11-20T00:00:00Z", ceiling: 100_000 };

  test("counts for its own setting", () => {
    expect(ceilingFor([entry], setting, now)).toEqual({ ceiling: 100_000, note: null });
  });

  test.each([
    ["missing", [], /^Nobody calibrated the node generator for classic clients/],
    ["for another protocol", [{ ...entry, protocol: "delivery" }], /^Nobody calibrated/],
    ["for another version", [{ ...entry, engine: { ...engine, version: "v1" } }], /is of another version/],
    ["for another sample", [{ ...entry, sample: 10 }], /is of another version, machine, pinning or --sample/],
    ["for other cores", [{ ...entry, pinned: null }], /is of another version, machine, pinning or --sample/],
    [
      "old",
      [{ ...entry, measured: "2026-10-01T00:00:00Z" }],
      /is 55 days old; run: npm run load -- calibrate$/,
    ],
  ])("is said to be %s", (_what, all, note) => {
    const found = ceilingFor(all, setting, now);
    expect(found.ceiling).toBeNull();
    expect(found.note).toMatch(note);
  });

  test("replaces the older one of the same setting only", () => {
    const other = { ...entry, protocol: "delivery" };
    expect(withCalibration([entry, other], { ...entry, ceiling: 5 })).toEqual([
      other,
      { ...entry, ceiling: 5 },
    ]);
  });
});

describe("progress", () => {
  const progress = { vu: 2, joined: 50, delivered: 12_345, sent: 0, p99: 3.2, lag: 0.4 };
  const json = JSON.stringify(progress);

  test.each([
    ["of the host", `progress ${json}`],
    ["of k6 on a terminal", `INFO[0003] progress ${json}                  source=console`],
    [
      "of k6 elsewhere",
      `time="2026-11-25T04:00:00Z" level=info msg="progress ${json.replaceAll('"', '\\"')}" source=console`,
    ],
  ])("is read from a line %s", (_whose, line) => {
    expect(readProgress(line)).toEqual(progress);
  });

  test.each(["", "progress", "progress {oops}", `my progress report {"vu":1`])("is not in %j", (line) => {
    expect(readProgress(line)).toBeNull();
  });

  test("sums up in one line, with the rate since the line before", () => {
    const live = new LiveLine(0);
    expect(live.say(1_000)).toBe("  1 s  running");
    live.observe(progress);
    live.observe({ ...progress, vu: 3, p99: 8, lag: null });
    expect(live.say(3_000)).toBe("  3 s  joined 100  8230 deliveries/s  p99 8 ms  lag 400 µs");
    live.observe({ ...progress, delivered: 12_345 + 500 });
    expect(live.say(4_000)).toContain("  500 deliveries/s");
  });
});

describe("processor time", () => {
  test("is read whatever the program is called", () => {
    const stat = `4242 (a) b (c) S 1 4242 4242 0 -1 4194560 900 0 0 0 150 50 0 0 20 0 11 0 77 1 2`;
    expect(cpuSecondsOf(stat)).toBe(2);
    expect(rssOf("Name:\tnode\nVmRSS:\t  204800 kB\nThreads:\t11\n")).toBe(200);
  });

  test("of a busy process is about one core", async () => {
    const sampler = new UsageSampler(() => process.pid, 1_000);
    const until = performance.now() + 1_500;
    // Breaths, so that the sampler's timer runs.
    while (performance.now() < until) {
      const breath = performance.now() + 40;
      while (performance.now() < breath);
      await new Promise(setImmediate);
    }
    const samples = sampler.stop();
    expect(samples.length).toBeGreaterThan(0);
    expect(samples[0]?.cpu).toBeGreaterThan(0.2);
    expect(samples[0]?.rssMiB).toBeGreaterThan(20);
  });

  test("counts a delivery's share of the measured window alone", () => {
    const started = 1_000_000;
    const idle = [0.05, 0.05, 0.05];
    const cpus = [...idle, ...Array.from({ length: 10 }, () => 0.5), ...idle];
    const target = cpus.map((cpu, i) => ({ second: i + 1, cpu, rssMiB: 90 }));
    const base = fixture();
    const tally = {
      ...base,
      windowStart: started + 3_000,
      seconds: base.seconds.map((second) => ({ ...second, delivered: 50_000 })),
    };
    expect(windowOf(tally, target, started).map(({ cpu }) => cpu)).toEqual(cpus.slice(3, 13));
    const { headline } = assemble({
      ...base,
      tally,
      started,
      usage: { generator: [], target },
      generator: { usage: [], cores: 1 },
      versions: ["1", "1"],
      hasEnded: false,
    });
    expect(headline?.serverCpuMicrosPerDelivery).toBeCloseTo(10, 6);
  });
});

describe("pinning", () => {
  test.each([
    [1, null],
    [2, { target: "0", generator: "1" }],
    [8, { target: "0", generator: "1-7" }],
  ])("with %i cores", (cores, plan) => {
    expect(planPinning(cores)).toEqual(plan);
    if (plan !== null) expect(coresOf(plan.generator, cores)).toBe(cores - 1);
  });

  test("stays the machine's for a process that has put itself with the generator", () => {
    const script = `
      import { pinningHere, pinWithGenerator } from "./load/runner/pinning.ts";
      const before = pinningHere();
      pinWithGenerator();
      console.log(JSON.stringify([before, pinningHere()]));`;
    const said = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    const [before, after] = JSON.parse(said) as unknown[];
    expect(after).toEqual(before);
  });
});

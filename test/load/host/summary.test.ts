// Metrics on their way out, and who plays what: rows K33, K35, K36 and K37 of load/host/CONTRACT.md.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arrivalTime } from "../../../load/host/executors.ts";
import { Segment } from "../../../load/host/segment.ts";
import { runHost } from "../../support/host-run.ts";
import { prove } from "../../support/prove.ts";

test("[K33] a sub-metric is in the summary only where thresholds name it, and then also without a sample", async () => {
  const { said } = await runHost(`
    import { Counter } from "k6/metrics";
    const latency = new Counter("latency");
    const buckets = ["1", "2", "9"];
    export const options = { thresholds: Object.fromEntries(buckets.map((bucket) => ["latency{bucket:" + bucket + "}", []])) };
    export default function () {
      latency.add(5, { bucket: "1" });
      latency.add(7, { bucket: "2", more: "x" });
      latency.add(11, { bucket: "3" });
    }
    export function handleSummary({ metrics }) {
      say(Object.entries(metrics).filter(([name]) => name.startsWith("latency")).map(([name, { values }]) => [name, values.count]));
      return {};
    }`);
  expect(said).toEqual([
    [
      ["latency", 23],
      ["latency{bucket:1}", 5],
      ["latency{bucket:2}", 7],
      ["latency{bucket:9}", 0],
    ],
  ]);
});

test("[K35] handleSummary gets values, state and setup's data; what it returns is printed and written", async () => {
  const folder = await mkdtemp(join(tmpdir(), "host-summary-"));
  const { stdout, said, code } = await runHost(
    `export const setup = () => ({ given: [1] });
    export default function () {}
    export function handleSummary(data) {
      say([data.setup_data, data.state.testRunDurationMs > 0, data.metrics.iterations.values.count, data.metrics.iterations.type]);
      return { stdout: "to people\\n", [__ENV.OUT]: JSON.stringify({ written: true }) };
    }`,
    { args: ["-e", `OUT=${join(folder, "new", "out.json")}`] },
  );
  const file = await readFile(join(folder, "new", "out.json"), "utf8");
  await rm(folder, { recursive: true });
  expect([code, said, stdout, file]).toEqual([
    0,
    [[{ given: [1] }, true, 1, "counter"]],
    "to people\n",
    '{"written":true}',
  ]);
});

test("[K35] a handleSummary that throws leaves the exit code as it is, and the plain summary is printed", async () => {
  const { stdout, stderr, code } = await runHost(
    `export default function () {} export function handleSummary() { throw new Error("no summary"); }`,
  );
  expect(code).toBe(0);
  expect(stderr).toContain("handleSummary() failed");
  expect(stdout).toContain("iterations");
});

test("[K36] segments share VUs, iterations and ids, each with its own setup and summary", async () => {
  const script = `
    import exec from "k6/execution";
    export const options = { scenarios: {
      vus: { executor: "per-vu-iterations", vus: 5, iterations: 1 },
      shared: { executor: "shared-iterations", vus: 2, iterations: 7, startTime: "200ms", exec: "shared" } } };
    export const setup = () => say("setup");
    export default function () { say(["vu", exec.vu.idInTest]); }
    export function shared() { say(["shared", exec.scenario.iterationInTest]); }`;
  const sequence = ["--execution-segment-sequence", "0,1/2,1"];
  const runs = await Promise.all(
    ["0:1/2", "1/2:1"].map((own) => runHost(script, { args: ["--execution-segment", own, ...sequence] })),
  );
  const numbers = (kind: string): number[] =>
    runs
      .flatMap(({ said }) => said as [string, number][])
      .filter(([what]) => what === kind)
      .map(([, number]) => number)
      .toSorted((a, b) => a - b);
  expect(runs.map(({ said }) => said.filter((each) => each === "setup").length)).toEqual([1, 1]);
  expect(numbers("shared")).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(numbers("vu")).toHaveLength(5);
  expect(new Set(numbers("vu")).size).toBe(5);
});

test("[K36] any sequence deals each number to one segment, and to each its share within one", () =>
  prove("[K36] segments", {
    runs: 150,
    states: ["one segment", "two segments", "many segments", "nothing for one"],
    arbitrary: fc.record({
      inner: fc.uniqueArray(fc.integer({ min: 1, max: 59 }), { maxLength: 6 }),
      total: fc.integer({ min: 0, max: 300 }),
    }),
    holds: ({ inner, total }, reached) => {
      const points = [0, ...inner.toSorted((a, b) => a - b), 60];
      const sequence = points.map((point) => `${point}/60`).join(",");
      const segments = points.slice(1).map((to, at) => parsed(`${points[at] ?? 0}/60:${to}/60`, sequence));
      reached.add(["one segment", "two segments"][segments.length - 1] ?? "many segments");
      const owners = Array.from(
        { length: total },
        (_, k) => segments.filter((segment) => segment.owns(k)).length,
      );
      expect(owners.every((count) => count === 1)).toBe(true);
      segments.forEach((segment, at) => {
        const share = (((points[at + 1] ?? 0) - (points[at] ?? 0)) / 60) * total;
        const played = segment.scale(total);
        expect(Math.abs(played - share)).toBeLessThan(segments.length > 2 ? 2 : 1);
        if (played > 0) expect(segment.owns(segment.global(0))).toBe(true);
        else if (total > 0) reached.add("nothing for one");
      });
    },
  }));

test("[K36] equal segments take turns, as in k6; without a sequence the rest is other instances'", () => {
  const thirds = ["0:1/3", "1/3:2/3", "2/3:1"].map((own) => parsed(own, "0,1/3,2/3,1"));
  expect(Array.from({ length: 7 }, (_, k) => thirds.findIndex((segment) => segment.owns(k)))).toEqual([
    0, 1, 2, 0, 1, 2, 0,
  ]);
  expect(thirds.map((segment) => segment.scale(7))).toEqual([3, 2, 2]);
  expect([parsed("25%:0.5", null).scale(8), parsed("1/4", null).scale(8)]).toEqual([2, 2]);
});

test.each([
  ["1/2:1/3", null],
  ["0:2", null],
  ["a:b", null],
  ["0:1/2", "0,1/3,1"],
  ["0:1/2", "1/2,1"],
  [null, "0,1"],
])("[K36] segment %s of %s is refused with a sentence", (own, sequence) => {
  expect(Segment.parse(own, sequence)).toMatch(/^--execution-segment.*\.$/);
});

test("[K37] constant-vus iterate until their time is over; arrivals come when they are due, or are dropped", async () => {
  const { said, code } = await runHost(`
    import { Counter } from "k6/metrics";
    const began = new Counter("began");
    export const options = {
      scenarios: {
        vus: { executor: "constant-vus", vus: 2, duration: "400ms", exec: "short" },
        ramp: { executor: "ramping-arrival-rate", startRate: 10, stages: [{ duration: "1s", target: 30 }], preAllocatedVUs: 5, exec: "short" },
        busy: { executor: "constant-arrival-rate", rate: 20, duration: "1s", preAllocatedVUs: 1, exec: "long" },
      },
      thresholds: { "began{scenario:vus}": [], "began{scenario:ramp}": [], "began{scenario:busy}": [], "dropped_iterations{scenario:busy}": [], "dropped_iterations{scenario:ramp}": [] },
    };
    export function short() { began.add(1); setTimeout(() => {}, 50); }
    export function long() { began.add(1); setTimeout(() => {}, 400); }
    export function handleSummary({ metrics }) {
      say(Object.keys(options.thresholds).map((name) => metrics[name].values.count));
      return {};
    }`);
  const [vus = 0, ramp = 0, busy = 0, dropped = 0, rampDropped = 0] = said[0] as number[];
  expect(code).toBe(0);
  expect(vus).toBeGreaterThanOrEqual(4);
  expect(vus).toBeLessThanOrEqual(18);
  // On a busy machine VUs may be late; what is due is either begun or dropped.
  expect(ramp + rampDropped).toBe(20);
  expect(busy + dropped).toBe(20);
  expect(dropped).toBeGreaterThan(10);
});

test.each(["externally-controlled", "ramping-vus"])("[K37] the executor %s is refused", async (executor) => {
  const { code, stderr } = await runHost(
    `export const options = { scenarios: { s: { executor: "${executor}" } } }; export default function () {}`,
  );
  expect([code, stderr]).toEqual([104, expect.stringContaining("is not supported by the host")]);
});

test("[K37] arrivals: a ramp from 0 to 100 a second is 50 in its second, at the roots of their numbers", () => {
  const ramp = {
    startRate: 0,
    unitMs: 1_000,
    stages: [
      { durationMs: 1_000, target: 100 },
      { durationMs: 1_000, target: 100 },
    ],
  };
  const times = Array.from({ length: 151 }, (_, k) => arrivalTime(ramp, k));
  expect(times[12]).toBeCloseTo(Math.sqrt(12 / 50) * 1_000, 6);
  expect(times[50]).toBeCloseTo(1_000, 6);
  expect(times[51]).toBeCloseTo(1_010, 6);
  expect([times[149] !== null, times[150]]).toEqual([true, null]);
});

function parsed(own: string, sequence: string | null): Segment {
  const segment = Segment.parse(own, sequence);
  if (typeof segment === "string") throw new Error(segment);
  return segment;
}

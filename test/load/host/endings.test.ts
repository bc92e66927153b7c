// Time and endings: rows K30, K31 and K34 of load/host/CONTRACT.md.
import { expect, test } from "vitest";
import { runHost, type HostRun, start } from "../../support/host-run.ts";

const scenario = (fields: string, rest = ""): string =>
  `{ scenarios: { s: { executor: "per-vu-iterations", ${fields} } }, ${rest} }`;

const run = (body: string, options = "{}", more = ""): Promise<HostRun> =>
  runHost(`import exec from "k6/execution";
    import { check, fail, group, sleep } from "k6";
    import { Counter, Trend } from "k6/metrics";
    const counted = new Counter("counted");
    const trend = new Trend("trend");
    export const options = ${options};
    export default function () { ${body} }
    ${more}`);

test("[K30] setInterval re-arms after its callback; timers take arguments, and ids that are numbers", async () => {
  const { said } = await run(`
    const starts: number[] = [];
    const id = setInterval((word: string) => {
      starts.push(Date.now());
      const end = Date.now() + 40;
      while (Date.now() < end);
      if (starts.length === 3) { clearInterval(id); say([typeof id, word, starts[1] - starts[0] >= 69]); }
    }, 30, "given");`);
  expect(said).toEqual([["number", "given", true]]);
});

test("[K31] an iteration ends when its timers are cleared; what is async counts", async () => {
  const { said, code } = await runHost(`
    export default async function () {
      const cleared = setTimeout(() => say("cleared"), 50);
      await new Promise((resolve) => setTimeout(resolve, 20));
      clearTimeout(cleared);
      setTimeout(() => say("last"), 30);
    }`);
  expect([said, code]).toEqual([["last"], 0]);
});

test("[K31] after maxDuration and gracefulStop an iteration is cut off, and what it adds later is lost", async () => {
  const { said, code } = await run(
    `counted.add(1); setTimeout(() => counted.add(10), 300); setTimeout(() => counted.add(100), 5000);`,
    scenario(`vus: 1, iterations: 3, maxDuration: "200ms", gracefulStop: "1s"`),
    `export function handleSummary({ metrics }) { say(metrics.counted.values.count); return {}; }`,
  );
  expect([said, code]).toEqual([[11], 0]);
});

test("[K31] a script that never comes back to its event loop is ended", async () => {
  const before = performance.now();
  const { code } = await run(`for (;;);`, scenario(`vus: 1, maxDuration: "100ms", gracefulStop: "0s"`));
  expect(code).toBe(0);
  expect(performance.now() - before).toBeLessThan(15_000);
});

test("[K34] 99: a broken threshold, at the end", async () => {
  const { code, stderr } = await run(
    `counted.add(1);`,
    `{ thresholds: { counted: ["count>=1", "count>1"] } }`,
  );
  expect(code).toBe(99);
  expect(stderr).toContain("Threshold broken: counted: count>1");
  expect(stderr).not.toContain("count>=1");
});

test("[K34] 99: abortOnFail ends the run within its 2 s, after delayAbortEval", async () => {
  const { code, said } = await run(
    `counted.add(1); setTimeout(() => say("never"), 30_000);`,
    `{ thresholds: { counted: [{ threshold: "count<1", abortOnFail: true, delayAbortEval: "1s" }] } }`,
    `export function teardown() { say("teardown"); }`,
  );
  expect([code, said]).toEqual([99, ["teardown"]]);
});

test.each([
  ["a metric that is not there", `{ thresholds: { nothing: [] } }`, "there is no metric nothing"],
  [
    "an aggregation that it has not",
    `{ thresholds: { counted: ["p(95)<1"] } }`,
    "counted is a counter; it has no p(95)",
  ],
  ["no expression", `{ thresholds: { counted: ["many"] } }`, "failed parsing threshold expression"],
  ["a scenario without its function", scenario(`exec: "other"`), "does not export a function other"],
  ["an option of another executor", scenario(`duration: "1s"`), "per-vu-iterations has no option duration"],
  ["an unknown option", `{ vuss: 1 }`, "options.vuss is not supported by the host"],
  ["a bad duration", scenario(`maxDuration: "soon"`), 'maxDuration takes a duration such as "90s"'],
])("[K34] 104: %s", async (_what, options, sentence) => {
  const { code, stderr } = await run(`say("ran");`, options);
  expect([code, stderr]).toEqual([104, expect.stringContaining(sentence)]);
});

test("[K34] 107: an exception in the init context or in setup(); one in an iteration is told, and the run goes on", async () => {
  const inInit = await runHost(`throw new Error("in init"); export default function () {}`);
  const inSetup = await runHost(
    `export function setup() { throw new Error("in setup"); } export default function () {}`,
  );
  const inVu = await run(`say(__ITER); if (__ITER === 0) fail("in a VU");`, scenario("iterations: 2"));
  expect([inInit.code, inSetup.code, inVu.code]).toEqual([107, 107, 0]);
  expect([inInit.stderr, inSetup.stderr]).toEqual([
    expect.stringContaining("in init"),
    expect.stringContaining("in setup"),
  ]);
  expect([inVu.said, inVu.stderr]).toEqual([[0, 1], expect.stringContaining("in a VU")]);
});

test("[K34] 108: test.abort() ends all VUs at once and cannot be caught; teardown and summary still come", async () => {
  const { code, said } = await run(
    `counted.add(1);
    if (exec.vu.idInTest === 1) { try { exec.test.abort("enough"); } finally { say("went on"); } }
    setTimeout(() => say("never"), 30_000);`,
    scenario("vus: 2"),
    `export function teardown() { say("teardown"); }
    export function handleSummary({ metrics }) { say(metrics.counted.values.count >= 1); return {}; }`,
  );
  expect([code, said]).toEqual([108, ["teardown", true]]);
});

test("[K34] 110: test.fail() lets the run go on", async () => {
  const { code, said } = await run(`exec.test.fail("bad"); say("went on");`);
  expect([code, said]).toEqual([110, ["went on"]]);
});

test("[K32] a Trend keeps every sample, a Counter's rate is over the whole run, checks are a Rate", async () => {
  const { said } = await run(
    `for (let value = 1; value <= 100; value++) trend.add(value);
    counted.add(10); counted.add(5, { kind: "more" });
    check(1, { one: (value: number) => value === 1, two: (value: number) => value === 2 });
    group("inside", () => sleep(0.2));`,
    `{ summaryTrendStats: ["avg", "med", "p(99)", "count"] }`,
    `export function handleSummary({ metrics, state }) {
      const { count, rate } = metrics.counted.values;
      say([metrics.trend.values, count, Math.round(count / rate - state.testRunDurationMs / 1000), metrics.checks.values]);
      return {};
    }`,
  );
  expect(said).toEqual([
    [{ avg: 50.5, med: 50.5, "p(99)": 99.01, count: 100 }, 15, 0, { rate: 0.5, passes: 1, fails: 1 }],
  ]);
});

test("[K32] metrics are declared in the init context; what is no number ends nothing", async () => {
  const { said } = await run(`
    const caught = (act: () => unknown): string => { try { act(); return "nothing"; } catch (error) { return String(error); } };
    say([caught(() => new Counter("late")), caught(() => counted.add("many" as never))]);`);
  expect(said).toEqual([["Error: metrics must be declared in the init context", "nothing"]]);
  const early = await runHost(
    `import { Counter } from "k6/metrics"; new Counter("c").add(1); export default function () {}`,
  );
  const twice = await runHost(
    `import { Counter, Trend } from "k6/metrics"; new Counter("c"); new Trend("c"); export default function () {}`,
  );
  expect([early.code, twice.code]).toEqual([107, 107]);
});

test("a wrong command line is exit code 2 and a sentence; --help is help", async () => {
  const runs = await Promise.all([
    start(["load/host/main.ts", "run", "nothing.ts"]),
    start(["load/host/main.ts", "run", "--vus", "3", "load/self-check.ts"]),
    start(["load/host/main.ts", "run", "-e", "novalue", "load/self-check.ts"]),
    start(["load/host/main.ts", "run", "load"]),
    start(["load/host/main.ts", "--help"]),
  ]);
  expect(runs.map(({ code }) => code)).toEqual([2, 2, 2, 2, 0]);
  for (const { stderr } of runs.slice(0, -1)) expect(stderr).toMatch(/^.+\.\n$/);
  expect(runs[0]?.stderr).toBe("There is no script nothing.ts.\n");
});

// What differed silently from k6, and does not any more: rows K39 to K44 of load/host/CONTRACT.md.
import { expect, test } from "vitest";
import { runHost } from "../../support/host-run.ts";

test("[K39] what is no number is told, and neither added nor an exception", async () => {
  const { said, stderr, code } = await runHost(`
    import { Trend } from "k6/metrics";
    const trend = new Trend("trend");
    export default function () { say([trend.add(null), trend.add(NaN), trend.add("x"), trend.add(3)]); }
    export function handleSummary({ metrics }) { say(metrics.trend.values.min); return {}; }`);
  expect([said, code]).toEqual([[[false, false, false, true], 3], 0]);
  expect(stderr).toContain("WARN  'null' is an invalid value for metric 'trend'");
});

test("[K40] the summary has groups in groups, their checks, and how long each took", async () => {
  const { said } = await runHost(`
    import { check, group } from "k6";
    export const options = { vus: 2, iterations: 4 };
    export default function () {
      check(1, { "of the root": true });
      group("outer", () => group("inner", () => check(__ITER, { "is the first": (i) => i === 0 })));
    }
    export function handleSummary({ root_group: root, metrics }) {
      const [outer] = root.groups;
      const [inner] = outer.groups;
      say([root.checks, outer.path, inner.path, inner.checks[0].passes + inner.checks[0].fails, inner.checks[0].fails > 0]);
      say([metrics.group_duration.type, inner.checks[0].path]);
      return {};
    }`);
  expect(said).toEqual([
    [
      [expect.objectContaining({ name: "of the root", path: "::of the root", passes: 4, fails: 0 })],
      "::outer",
      "::outer::inner",
      4,
      true,
    ],
    ["trend", "::outer::inner::is the first"],
  ]);
});

test("[K41] an iteration that needs what the host lacks ends the run, whatever became of it", async () => {
  const { code, stderr } = await runHost(`
    import exec from "k6/execution";
    export default function () { exec.scenario.progress; }`);
  expect(code).toBe(107);
  expect(stderr).toContain("k6/execution's scenario.progress is not supported by the host; run it with k6.");
});

test("[K42] iterations that the end of a scenario left undone are dropped", async () => {
  const { said } = await runHost(`
    import { sleep } from "k6";
    export const options = { scenarios: {
      a: { executor: "per-vu-iterations", vus: 1, iterations: 5, maxDuration: "300ms", gracefulStop: "1s" },
      b: { executor: "shared-iterations", vus: 1, iterations: 3, maxDuration: "300ms", gracefulStop: "1s" } } };
    export default function () { sleep(0.4); }
    export function handleSummary({ metrics }) { say(metrics.dropped_iterations.values.count); return {}; }`);
  expect(said).toEqual([4 + 2]);
});

test("[K43] vus is how many iterate, second by second", async () => {
  const { said } = await runHost(`
    import { sleep } from "k6";
    export const options = { scenarios: {
      a: { executor: "per-vu-iterations", vus: 2, iterations: 1 },
      b: { executor: "per-vu-iterations", vus: 1, iterations: 1, startTime: "1500ms" } } };
    export default function () { sleep(1.2); }
    export function handleSummary({ metrics: { vus } }) { say([vus.values.min, vus.values.max]); return {}; }`);
  expect(said).toEqual([[1, 2]]);
});

test("[K44] what k6 takes and the host does not is refused with the way around it", async () => {
  const refused = await Promise.all([
    runHost(`import "https://jslib.k6.io/k6-utils/1.4.0/index.js"; export default function () {}`),
    runHost(
      `export const options = { thresholds: { http_req_duration: [] } }; export default function () {}`,
    ),
    runHost(`export default function () {}`, { args: ["-u", "3"] }),
  ]);
  expect(refused.map(({ code }) => code)).toEqual([107, 104, 2]);
  const [url, threshold, option] = refused.map(({ stderr }) => stderr);
  expect(url).toContain("Save the file beside the script and import it from there");
  expect(threshold).toContain(
    "http_req_duration is a metric of k6 that the host does not keep; run it with k6.",
  );
  expect(option).toContain("set options.vus in the script, or run it with k6.");
});

import { expect, test } from "vitest";
import { exportAs } from "../../../load/runner/exports.ts";
import { fixture, voided } from "./fixture.ts";

const base = fixture();
const broken = fixture({ verdict: { ...base.verdict, broken: ['3 lost, "quoted" & <more>'] } });
const results = [base, voided("the sender is overloaded"), broken];

test("markdown is a row a run, and a VOID run has no number", () => {
  const [, , valid, empty] = exportAs("markdown", results).split("\n");
  expect(valid).toBe("| fanout | VALID | 50,012 | 3.2 ms | 16 ms |  |");
  expect(empty).toBe("| fanout | VOID |  |  |  | the sender is overloaded |");
});

test("junit: BROKEN fails, VOID is skipped, and what is said is escaped", () => {
  const xml = exportAs("junit", results);
  expect(xml).toContain('tests="3" failures="1" skipped="1"');
  expect(xml).toContain('<skipped message="the sender is overloaded"/>');
  expect(xml).toContain("3 lost, &quot;quoted&quot; &amp; &lt;more&gt;");
});

test("openmetrics: counters end in _total, times are seconds, and the text ends with EOF", () => {
  const text = exportAs("openmetrics", [base]);
  expect(text).toContain('chat_load_delivered_total{scenario="fanout",target="local",run="1"} 600000');
  expect(text).toMatch(/chat_load_latency_seconds\{.*quantile="0\.5"\} 0\.003\d+\n/);
  expect(text).toContain("# TYPE chat_load_join_failed counter\n");
  expect(text).toContain("# TYPE chat_load_member_p99_seconds summary\n");
  expect(text.endsWith("\n# EOF\n")).toBe(true);
});

test("csv has each second of each run", () => {
  const lines = exportAs("csv", [base, base]).trim().split("\n");
  expect(lines[0]).toBe("run,second,delivered,sent,p50Ms,p95Ms,p99Ms,maxMs,lagMaxMs,hiccupMaxMs");
  expect(lines).toHaveLength(1 + 2 * base.seconds.length);
  expect(lines.at(-1)).toMatch(/^2,9,/);
});

test("hgrm rises to all of them, and its last share is 1", () => {
  const rows = exportAs("hgrm", [base, base])
    .trim()
    .split("\n")
    .slice(2)
    .map((line) => line.trim().split(/ +/).map(Number));
  const values = rows.map(([value]) => value ?? 0);
  expect(values).toEqual(values.toSorted((a, b) => a - b));
  expect(rows.at(-1)?.slice(1)).toEqual([1, 2 * base.histograms.latency.count]);
});

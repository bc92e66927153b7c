// A storm of comebacks is about those who were away: what they missed is what its headline tells.
import { expect, test } from "vitest";
import { Times } from "../../../load/lib/histogram.ts";
import { renderReport } from "../../../load/runner/report.ts";
import { sayResult } from "../../../load/runner/save.ts";
import { assemble } from "../../../load/runner/assemble.ts";
import type { RunResult } from "../../../load/runner/result.ts";
import { fixture } from "./fixture.ts";

function storm(scenario: string): RunResult {
  const recovery = new Times();
  for (let i = 0; i < 100; i += 1) recovery.add(2_000);
  const comeback = new Times();
  comeback.add(3_000);
  const result = fixture({ scenario });
  const times = { recovery: recovery.histogram, comeback: comeback.histogram };
  const tally = { ...result, histograms: { ...result.histograms, ...times } };
  return assemble({
    ...tally,
    tally,
    started: result.windowStart,
    generator: { usage: [], cores: 1 },
    versions: ["1", "1"],
    hasEnded: false,
  });
}

test("the headline of a storm of comebacks is from due to replayed", () => {
  const result = storm("reconnect-storm");
  expect(result.verdict.reasons).toEqual([]);
  expect(result.headline).toMatchObject({ of: "recovery" });
  expect(result.headline?.p99).toBeCloseTo(2_000, -2);
  const [said = ""] = sayResult(result);
  expect(said).toMatch(/deliveries\/s per room, from due to replayed p50 2 s/);
  const html = renderReport({ title: "storm", results: [result], ladder: null, command: "npm run load" });
  expect(html).toMatch(/2 s<\/b><span>p99, due to replayed/);
});

test("the headline of an avalanche is from a lost connection to live again", () => {
  const result = storm("avalanche");
  expect(result.headline).toMatchObject({ of: "comeback" });
  expect(result.headline?.p50).toBeCloseTo(3_000, -2);
  expect(sayResult(result)[0]).toContain("from lost to live again p50 3 s");
  const html = renderReport({ title: "avalanche", results: [result], ladder: null, command: "npm run load" });
  expect(html).toContain("<span>p99, lost to live again</span>");
  for (const line of ["replayed (from due)", "live again (from lost, or the end of a cut)"]) {
    expect(html).toContain(line);
    const plain = renderReport({ title: "x", results: [fixture()], ladder: null, command: "c" });
    expect(plain).not.toContain(line);
  }
});

test("that of others is of what came at once", () => {
  const { headline } = storm("fanout");
  expect(headline).toMatchObject({ of: "latency" });
  expect(headline?.p99).toBeLessThan(1_000);
});

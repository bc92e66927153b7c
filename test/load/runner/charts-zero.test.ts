import { expect, test } from "vitest";
import { coresChart } from "../../../load/runner/report-charts.ts";
import { fixture } from "./fixture.ts";

test("charts of one run have one zero, where the measured window begins", () => {
  const sample = { cpu: 0.5, rssMiB: 100 };
  const samples = [1, 2, 3, 4, 5, 6].map((second) => ({ ...sample, second }));
  const started = "2026-11-25T04:30:00.000Z";
  const windowStart = Date.parse(started) + 3_000;
  const chart = coresChart(fixture({ started, windowStart, usage: { generator: samples, target: [] } }));
  const told = [...chart.matchAll(/<text[^>]*>(-?\d+)<\/text>/g)].map(([, text]) => Number(text));
  expect(told).toEqual(expect.arrayContaining([-2, -1, 0, 1, 2, 3]));
  expect(told).not.toContain(6);
});

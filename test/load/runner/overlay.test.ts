// Two measurements laid over each other.
import { expect, test } from "vitest";
import { compare } from "../../../load/runner/compare.ts";
import { type Overlay, renderOverlay } from "../../../load/runner/report-compare.ts";
import { fixture } from "./fixture.ts";

const half = (name: string, p50: number) => ({
  name,
  results: [1, 2, 3, 4, 5].map((i) => fixture({}, p50 * (1 + i / 100))),
});

function overlay(changes: Partial<Overlay> = {}): string {
  const [first, second] = [half("before", 3), half("<after>", 4)];
  const comparisons = compare(first.results, second.results, 0.05);
  return renderOverlay({
    ...{ title: "Two", first, second, comparisons },
    ...{ sentence: "after is worse.", isWorse: true, note: null, command: "npm run load:compare -- a b" },
    ...changes,
  });
}

test("both are drawn in each chart, in tones of their own, and named as text", () => {
  const page = overlay();
  for (const title of [
    "Latency by percentile, both",
    "Deliveries in each second, both",
    "p99 in each second, both",
    "p99 of each repeat, both",
  ]) {
    const chart = new RegExp(`<svg class="wide"[^>]*aria-label="${title}">.*?</svg>`).exec(page)?.[0] ?? "";
    for (const tone of ["one", "two"])
      expect(chart, `${title}, ${tone}`).toMatch(new RegExp(`class="(line|dot) ${tone}"`));
  }
  expect(page).toContain("&lt;after&gt;");
  expect(page).not.toMatch(/<after>|<script|NaN|Infinity|undefined/);
});

const scaleOf = (chart: string): string[] =>
  [...chart.matchAll(/text-anchor="end">([^<]*)</g)].map(([, said = ""]) => said);

test("heat maps beneath each other have one scale of latency, and one of how full a cell is", () => {
  const full = fixture({ heat: [{ second: 0, rows: [[30, 99_999_999]] }] });
  const page = overlay({ second: { name: "after", results: [full] } });
  const map = (name: string): string =>
    new RegExp(`<svg class="wide"[^>]*aria-label="Heat map of latency, ${name}">.*?</svg>`).exec(page)?.[0] ??
    "";
  expect(scaleOf(map("before"))).toEqual(scaleOf(map("after")));
  expect(scaleOf(map("before"))).toContain("10 s");
  expect(map("after")).toContain("--s:100%");
  // 40,000 beside 100 million: on the same scale, and so not full.
  expect(map("before")).not.toContain("--s:100%");
});

test("each measure stands with its interval; what was broken decides alone", () => {
  expect(overlay()).toMatch(/<td>p99<\/td><td>\+33\.3 %<\/td>.*<td class="words">worse<\/td>/);
  const broken = overlay({
    comparisons: [],
    sentence: "BROKEN in 5 of 5 repeats: 140 lost",
    note: "Hours apart.",
  });
  expect(broken).not.toContain("<h2>Measures</h2>");
  expect(broken).toContain("140 lost");
  expect(broken).toContain("Hours apart.");
  expect(overlay({ isWorse: false })).toContain('<span class="verdict">NOT WORSE</span>');
});

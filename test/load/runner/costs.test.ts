// The bill of a run that was made, and what a room carries as far as it was measured.
import { describe, expect, test } from "vitest";
import { capacityOf, sayLimit, unlike } from "../../../load/runner/capacity.ts";
import { accountOf, aMillion, billOf, money } from "../../../load/runner/cost.ts";
import { PRICES } from "../../../load/runner/prices.ts";
import { renderCapacity } from "../../../load/runner/report-capacity.ts";
import { renderReport } from "../../../load/runner/report.ts";
import type { RunResult } from "../../../load/runner/result.ts";
import { fixture, voided } from "./fixture.ts";

describe("the bill", () => {
  const counts = { connects: 100, accepted: 6_000, delivered: 600_000 };
  const a = (amount: number): number => amount / counts.delivered;
  const account = accountOf({ counts, protocol: "delivery", rooms: 1, seconds: 12 });
  const amounts = Object.fromEntries(account.items.map(({ name, amount }) => [name, amount]));

  test("is of what was counted: upgrades, frames at 20 to 1, rows with those of the day they are deleted, and no sleep", () => {
    expect(amounts).toEqual({
      "requests to the Worker": 100,
      "requests to objects": 100 + 305 + 400,
      "rows written": 6_000 * 4 + 900,
      "duration, at most": 12 * 0.128,
    });
    // Before the run the same is said of its plan, without what is deleted after 30 days.
    const plan = billOf({ joins: 100, messages: 6_000, protocol: "delivery" });
    expect(plan.requests).toBe(100 + 805);
    expect(plan.rowsWritten).toBe(24_900 - 6_000);
    const classic = accountOf({ counts, protocol: "classic", rooms: 3, seconds: 12 });
    expect(classic.items.map(({ amount }) => amount)).toEqual([100, 805, 18_900, 36 * 0.128]);
  });

  test("is a price a million deliveries, from the constants", () => {
    const [worker, object, rows, duration] = account.items;
    expect(worker?.dollars).toBeCloseTo(a(100) * PRICES.workerRequests.dollarsAMillion, 12);
    expect(object?.dollars).toBeCloseTo(a(805) * 0.15, 12);
    expect(rows?.dollars).toBeCloseTo(a(24_900) * 1, 12);
    expect(duration?.dollars).toBeCloseTo(a(1.536) * 12.5, 12);
    expect(account.dollars).toBeCloseTo(0.0418, 3);
    expect(rows === undefined ? 0 : aMillion(rows, 600_000)).toBeCloseTo(41_500, 6);
    expect([0, 0.0418, 0.1, 12.345].map(money)).toEqual(["$0.00", "$0.042", "$0.10", "$12.35"]);
  });

  test("says what the free plan carries, and what ends it first", () => {
    expect(account).toMatchObject({ runs: Math.floor(100_000 / 24_900), limit: "rows written" });
    const silent = accountOf({
      counts: { ...counts, accepted: 2 },
      protocol: "delivery",
      rooms: 100,
      seconds: 3_600,
    });
    expect(silent).toMatchObject({ runs: 0, limit: "duration, at most" });
  });

  test("stands in the report with its sources and their date", () => {
    const page = renderReport({ title: "x", results: [fixture()], ladder: null, command: "c" });
    expect(page).toContain(
      "<td>rows written</td><td>18,900</td><td>$0.032</td><td>31,500</td><td>100,000</td>",
    );
    expect(page).toContain(
      "The free plan carries 5 of them a day, 3,000,000 deliveries, until rows written end it",
    );
    expect(page).toMatch(
      /read on 2026-11-29 at https:\/\/developers\.cloudflare\.com\/workers\/platform\/pricing\//,
    );
  });
});

const point = (members: number, rate: number, p99: number, changes: Partial<RunResult> = {}): RunResult => {
  const { headline, parameters } = fixture();
  return fixture({
    parameters: { ...parameters, CHAT_MEMBERS: members, CHAT_RATE: rate },
    headline: headline && { ...headline, p99, deliveriesPerSecondPerRoom: members * rate },
    ...changes,
  });
};

describe("a capacity card", () => {
  const results = [
    point(50, 400, 20),
    point(50, 800, 250),
    point(50, 800, 60),
    point(50, 800, 70),
    point(500, 100, 90),
    point(500, 200, 400),
    point(500, 50, 30, { headline: null, verdict: voided("noise").verdict }),
  ];
  const capacity = capacityOf(results, { p99Ms: 100 });

  test("has a row for each number of members, a column for each rate, and the limit between measured points", () => {
    expect(capacity.rates).toEqual([50, 100, 200, 400, 800]);
    expect(capacity.rows.map(({ members, held, failed }) => [members, held, failed])).toEqual([
      [50, 800, null],
      [500, null, 50],
    ]);
    const [few, many] = capacity.rows.map(sayLimit);
    expect(few).toBe(
      "50 members: 800 messages/s hold, 40,000 deliveries/s, a message of each member every 63 ms; no limit was found.",
    );
    expect(many).toBe("500 members: no rate held; the limit is below 50.");
    const found = capacityOf(results.slice(0, 2), { p99Ms: 100 }).rows.map(sayLimit);
    expect(found).toEqual([
      "50 members: 400 messages/s hold, 20,000 deliveries/s, a message of each member every 125 ms; the limit lies between 400 and 800.",
    ]);
  });

  test("shows each point that was measured, and nothing where nobody tried", () => {
    const page = renderCapacity("Card", capacity, point(50, 400, 20), "npm run load:capacity -- a b");
    expect(page).toContain('<td class="held" title="held"><b>70 ms</b><span>40k/s</span></td>');
    expect(page).toContain('<td class="failed" title="p99 400 ms is over 100 ms"><b>400 ms</b>');
    expect(page).toContain("<b>VOID</b>");
    expect(page.match(/<td class="none">/g)).toHaveLength(5);
    expect(page).not.toMatch(/<script|NaN|undefined/);
  });

  test("is of one room on one machine", () => {
    expect(unlike(results)).toBe(null);
    const other = fixture({ machine: { ...fixture().machine, cores: 8 } });
    expect(unlike([...results, other])).toMatch(
      /^The machine differs \(Example CPU, 2 cores and Example CPU, 8 cores\)/,
    );
    expect(unlike([])).toBe("There are no results.");
  });
});

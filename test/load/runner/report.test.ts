import { describe, expect, test } from "vitest";
import { blocksOf } from "../../../load/runner/report-counts.ts";
import { renderReport, type Report } from "../../../load/runner/report.ts";
import { type Climber, renderBeside } from "../../../load/runner/report-beside.ts";
import { ladderOutcomeOf } from "../../../load/runner/ladder-outcome.ts";
import { fixture, voided } from "./fixture.ts";

const report = (changes: Partial<Report> = {}): string =>
  renderReport({
    title: "Edge Chat load: fanout",
    results: [fixture()],
    ladder: null,
    command: "npm run load -- fanout",
    ...changes,
  });

const step = (rate: number, p50: number, failure: string | null) => {
  const { headline, parameters } = fixture({}, p50);
  return {
    rate,
    failure,
    result: fixture(
      {
        parameters: { ...parameters, CHAT_RATE: rate },
        headline: headline && { ...headline, deliveriesPerSecondPerRoom: rate * 100 },
      },
      p50,
    ),
  };
};

describe("a report", () => {
  test("shows the headline of a VALID run", () => {
    const page = report();
    expect(page).toContain(">VALID<");
    for (const figure of ["50,012", "3.2 ms", "16 ms", "12.2 µs"]) expect(page).toContain(`<b>${figure}</b>`);
  });

  test("shows no number of a VOID run, but every reason", () => {
    const page = report({ results: [voided("events waited 80 ms", "the sender is overloaded")] });
    expect(page).not.toContain('<div class="figures">');
    expect(page).toContain("<li>events waited 80 ms</li><li>the sender is overloaded</li>");
  });

  test("needs nothing from elsewhere, and runs no script", () => {
    const page = report();
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|src=|href=/);
  });

  test("shows text as text", () => {
    const page = report({ title: "<b>&", results: [voided("<script>alert(1)</script>")] });
    expect(page).not.toContain("<script>");
    expect(page).toContain("&lt;b&gt;&amp;");
  });

  test("draws every chart for wide windows and for phones, without a coordinate that is no number", () => {
    const page = report();
    expect(page.match(/<svg class="wide"/g)).toHaveLength(8);
    expect(page.match(/<svg class="narrow"/g)).toHaveLength(8);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("survives a run without any delivery or sample", () => {
    const none = { count: 0, sum: 0, min: 0, max: 0, buckets: [] };
    const { histograms } = fixture();
    const empty = voided("nobody joined");
    const page = report({
      results: [
        {
          ...empty,
          seconds: [],
          usage: { generator: [], target: [] },
          histograms: { ...histograms, latency: none, response: none, service: none, spread: none },
        },
      ],
    });
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("shades what was done to members, and where the generator stood still, in every chart of the seconds", () => {
    const { seconds, windowStart } = fixture();
    const phases = [{ what: "members away", from: windowStart + 3_000, until: windowStart + 5_500 }] as const;
    const still = seconds.map((step) => (step.second === 8 ? { ...step, hiccupMaxMs: 300 } : step));
    const page = report({ results: [fixture({ phases, seconds: still })] });
    expect(page.match(/<rect class="band four"/g)).toHaveLength(8);
    expect(page.match(/<rect class="band bad"/g)).toHaveLength(8);
    // Named once.
    expect(page.match(/band"><i><\/i>members away/g)).toHaveLength(1);
    expect(page.match(/band"><i><\/i>generator stood still for over/g)).toHaveLength(1);
    expect(report()).not.toContain('class="band');
  });

  test("draws a heat map whose cells say what they hold", () => {
    const page = report();
    // Nine cells, for windows and for phones.
    expect(page.match(/<rect class="cell one"/g)).toHaveLength(18);
    expect(page).toContain("second 2: 3 took 46 ms to 66 ms");
  });

  test("names the slowest deliveries and the members that waited longest", () => {
    const page = report();
    expect(page).toContain(
      '<td>sender 3, no. 42</td><td>40 ms</td><td>417</td><td>2.000 s</td><td>2.002 s</td><td>2.040 s</td><td class="words">m37</td>',
    );
    expect(page).toContain("<td>m37</td><td>42 ms</td><td>2.63 ×</td><td>6,000</td>");
    expect(page).toContain("The p99 of each of 100 members");
  });

  test("says what it ran on", () => {
    const page = report();
    for (const [name, value] of [
      ["kernel", "Linux 6.12.0"],
      ["load average before and after", "0.50 → 1.25"],
      ["taken by the machine's own host", "1.3 %"],
      ["workerd", "1.20261117.0"],
      ["harness", "0.3.0 (abc1234)"],
    ])
      expect(page).toContain(`<td>${name}</td><td>${value}</td>`);
  });

  test("compares repeats, and shows the middle one", () => {
    const results = [3.4, 3.0, 3.2, 3.1, 3.3].map((p50) => fixture({}, p50));
    const page = report({ results });
    expect(page).toContain("Median p99 16 ms, from 15 ms to 17 ms.");
    expect(page).toContain("Of repeat 3, as is everything below.");
  });

  test("shows a ladder with its knee, its bound and every step", () => {
    const steps = [step(100, 2, null), step(200, 3, null), step(400, 25, "p99 125 ms is over 100 ms")];
    const page = report({
      results: steps.map(({ result }) => result),
      ladder: ladderOutcomeOf(steps, { p99Ms: 100 }),
    });
    expect(page).toContain("knee 20k/s");
    expect(page).toContain("bound 100 ms");
    expect(page).toContain("p99 125 ms is over 100 ms");
    expect(page).toContain("Of the step with 200 messages/s");
    expect(page).toContain("<h2>Capacity card</h2>");
    expect(page).toContain('<td class="failed" title="p99 125 ms is over 100 ms">');
  });
});

const climber = (kind: Climber["kind"], rates: readonly number[]): Climber => {
  const steps = rates.map((rate, i) =>
    step(rate, 3, i === rates.length - 1 ? "p99 125 ms is over 100 ms" : null),
  );
  return { kind, outcome: ladderOutcomeOf(steps, { p99Ms: 100 }), href: `${kind}/report.html` };
};

describe("ladders side by side", () => {
  const page = renderBeside(
    "Side by side",
    [climber("local", [100, 200]), climber("relay", [200, 400, 800])],
    "npm run x",
  );

  test("are compared with the first, and name why no more was sustained", () => {
    expect(page).toContain("<td>local room</td><td>100</td><td>10,000</td><td>1.00 ×</td>");
    expect(page).toContain("<td>bare relay object</td><td>400</td><td>40,000</td><td>4.00 ×</td>");
    expect(page.match(/p99 125 ms is over 100 ms<\/td>/g)).toHaveLength(2);
  });

  test("link to nothing but their own reports", () => {
    expect(page.match(/href="[^"]*"/g)).toEqual(['href="local/report.html"', 'href="relay/report.html"']);
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|src=|NaN|undefined/);
  });

  test("say so where no step held", () => {
    const none = renderBeside("Side by side", [climber("relay", [100])], "npm run x");
    expect(none).toContain("No step held. At 100 it did not hold");
  });
});

describe("the counts", () => {
  test("foot in a VALID run", () => {
    const { counts } = fixture();
    const damaged = {
      ...counts,
      lost: 7,
      missed: 4,
      corrupt: 2,
      delivered: counts.delivered - 13,
      abuseSent: 9,
      abuseAccepted: 2,
      abuseRefused: 7,
    };
    const blocks = blocksOf(damaged).filter(({ sum }) => sum !== null);
    expect(blocks).toHaveLength(3);
    for (const { title, parts, sum } of blocks) {
      expect(
        parts.reduce((total, [, value]) => total + value, 0),
        title,
      ).toBe(sum?.[1]);
    }
  });
});

// A run while it runs: what virtual users tell, six lines of a terminal, and a page that only this machine gets.
import fc from "fast-check";
import { request } from "node:http";
import { expect, test } from "vitest";
import { Times } from "../../../load/lib/histogram.ts";
import { type LiveStep, readSteps, writeSteps } from "../../../load/lib/live-steps.ts";
import { Recorder } from "../../../load/lib/recorder.ts";
import { openLivePage } from "../../../load/runner/live-page.ts";
import { LiveRun } from "../../../load/runner/live-run.ts";
import { liveBody } from "../../../load/runner/report-live.ts";
import { linesOf, over, type Shown, sparkline } from "../../../load/runner/terminal.ts";
import { prove } from "../../support/prove.ts";
import { planFor, START } from "../lib/streams.ts";

const timesOf = (...values: number[]): Times["histogram"] => {
  const times = new Times();
  for (const value of values) times.add(value);
  return times.histogram;
};

const step = (second: number, delivered: number, ...latency: number[]): LiveStep => ({
  ...{ second, delivered, sent: 5, lagMaxMs: 0.5, hiccupMaxMs: 1.25 },
  latency: timesOf(...latency),
});

test("steps survive a line of either engine, and other lines are none", async () => {
  await prove("live steps", {
    runs: 100,
    states: ["empty", "several"],
    arbitrary: fc.array(
      fc.tuple(fc.nat(600), fc.nat(99_999), fc.array(fc.integer({ min: 1, max: 60_000 }))),
      {
        maxLength: 4,
      },
    ),
    holds: (all, reached) => {
      const told = {
        vu: 2,
        windowStart: START + 0.125,
        steps: all.map(([second, delivered, times]) => step(second, delivered, ...times)),
        phases: all.length > 1 ? [{ what: "members away", from: START, until: START + 5.5 } as const] : [],
      };
      const line = writeSteps(told);
      expect(readSteps(line)).toEqual(told);
      expect(readSteps(`time="2026-11-29T07:00:00Z" level=info msg="${line}" source=console`)).toEqual(told);
      // k6 escapes quotes within its own.
      expect(line).not.toContain('"');
      reached.add(all.length > 1 ? "several" : "empty");
    },
  });
  expect(readSteps("it took several steps [1]")).toBe(null);
  expect(readSteps("steps [1,")).toBe(null);
});

test("a recorder tells its newest seconds, as they stand", () => {
  const recorder = new Recorder(planFor(30));
  recorder.begin(START);
  const reader = { sender: null, neighbours: 1, waits: recorder.waitsOf(0) };
  const stamp = {
    kind: "message",
    sender: 0,
    n: 0,
    refused: 0,
    intended: START + 100,
    actual: START + 100,
  } as const;
  recorder.read({ stamp, seq: 1 }, START + 140, reader);
  recorder.delivered(1, START + 1_140);
  expect(
    recorder.newestSteps().map(({ second, delivered, latency }) => [second, delivered, latency.count]),
  ).toEqual([
    [0, 0, 1],
    [1, 1, 0],
  ]);
});

const AWAY = { what: "members away", from: START + 500, until: START + 900 } as const;

test("what virtual users tell again takes the place of what they told; of several it is one run", () => {
  const run = new LiveRun(START, 10_000);
  run.observe({ vu: 1, windowStart: START + 500, steps: [step(0, 10, 5), step(1, 3, 7)], phases: [] });
  run.observe({ vu: 2, windowStart: START + 500, steps: [step(0, 20, 400)], phases: [AWAY] });
  run.observe({ vu: 1, windowStart: START + 500, steps: [step(1, 12, 7, 9)], phases: [] });
  const down = { what: "target down", from: START + 1, until: START + 2 } as const;
  const partial = run.partial({ generator: [], target: [] }, [down]);
  expect(partial.phases).toEqual([AWAY, down]);
  expect(partial.seconds.map(({ second, delivered, sent }) => [second, delivered, sent])).toEqual([
    [0, 30, 10],
    [1, 12, 5],
  ]);
  expect(partial.seconds[0]).toMatchObject({ maxMs: 400, hiccupMaxMs: 1.25 });
  expect(partial.histograms.latency.count).toBe(4);
  expect(
    partial.heat.map(({ second, rows }) => [second, rows.reduce((sum, [, count]) => sum + count, 0)]),
  ).toEqual([
    [0, 2],
    [1, 2],
  ]);
});

const shown: Shown = {
  ...{ scenario: "fanout", elapsedS: 7, plannedS: 14, members: 100, joined: 98 },
  ...{ rates: [0, 25_000, 50_000], p99s: [null, 12, 24], lags: [0.2, 0.4, null] },
  target: { cpu: 0.61, rssMiB: 95 },
  generator: null,
};

test("a run is six lines: how far, who is in, how much, how late, whose fault, at what cost", () => {
  const lines = linesOf(shown);
  expect(lines).toHaveLength(6);
  expect(lines[0]).toMatch(/^ {2}fanout +7 s +█{20}░{20}$/);
  expect(lines[1]).toMatch(/joined +98 of 100$/);
  expect(lines[2]).toMatch(/deliveries\/s +50k +▁▅█ {2}most 50k$/);
  expect(lines[3]).toMatch(/p99 +24 ms +▁?\s?▅█ {2}most 24 ms$/);
  expect(lines[4]).toMatch(/generator lag +400 µs /);
  expect(lines[5]).toMatch(/target +0\.61 cores, 95 MiB +generator {2}not sampled$/);
  expect(sparkline([])).toBe("");
  expect(sparkline([0, 0])).toBe("▁▁");
});

test("lines are written over those before, and none is longer than the terminal is wide", () => {
  expect(over(["a", "b"], 0, 80)).toBe("\r\u001B[Ka\n\u001B[Kb");
  expect(over(["a", "b"], 2, 80)).toBe("\r\u001B[1A\u001B[Ka\n\u001B[Kb");
  expect(over(["abcdef"], 1, 4)).toBe("\r\u001B[Kabc");
});

test("the live page shows text as text, and the same charts", () => {
  const run = new LiveRun(START, 10_000);
  run.observe({ vu: 1, windowStart: START + 500, steps: [step(0, 10, 5, 6), step(1, 3, 7)], phases: [] });
  const body = liveBody("<b>&", shown, run.partial({ generator: [], target: [] }));
  expect(body).toContain("&lt;b&gt;&amp;");
  expect(body).toContain(">RUNNING<");
  for (const title of ["Latency by percentile in each second", "Heat map of latency, deliveries"])
    expect(body).toContain(`aria-label="${title}"`);
  expect(body).not.toMatch(/NaN|Infinity|undefined|<script/);
  const before = liveBody("x", shown, new LiveRun(START, 10_000).partial({ generator: [], target: [] }));
  expect(before).toContain("Members join; nothing is measured yet.");
  expect(before).not.toContain("<svg");
});

test("cells of a long run are as wide as their columns, also when only its beginning is known", () => {
  const run = new LiveRun(START, 600_000);
  const steps = Array.from({ length: 10 }, (_, second) => step(second, 3, 7));
  run.observe({ vu: 1, windowStart: START, steps, phases: [] });
  const body = liveBody("x", shown, run.partial({ generator: [], target: [] }));
  const map = /<svg class="wide"[^>]*aria-label="Heat map[^>]*>.*?<\/svg>/.exec(body)?.[0] ?? "";
  const cells = [...map.matchAll(/<rect class="cell one" x="([\d.]+)"[^>]*width="([\d.]+)"/g)];
  const [[, from = "", width = ""] = [], [, next = ""] = []] = cells;
  expect(cells).toHaveLength(2);
  expect(Number(from) + Number(width)).toBeCloseTo(Number(next), 0);
});

/** Status, headers and what came until the other side ended, or for `ms`. */
function ask(url: string, options: { readonly method?: string; readonly host?: string } = {}) {
  return new Promise<{ status: number; policy: string; text: string }>((resolve, reject) => {
    const headers = options.host === undefined ? {} : { Host: options.host };
    const asked = request(url, { method: options.method ?? "GET", headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      const { statusCode: status = 0, headers: got } = response;
      response.on("end", () =>
        resolve({ status, policy: String(got["content-security-policy"] ?? ""), text }),
      );
    });
    asked.on("error", reject);
    asked.end();
  });
}

test("the page is this machine's alone, and reads nothing but its own events", async () => {
  const page = await openLivePage("A <run>");
  try {
    expect(page.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const { status, policy, text } = await ask(`${page.url}/`);
    expect(status).toBe(200);
    expect(text).toContain("A &lt;run&gt;");
    expect(policy).toContain("default-src 'none'");
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? "none";
    expect(text).toContain(`<script nonce="${nonce}">`);
    // A name of elsewhere that leads here, by which a page of elsewhere could read it.
    expect(await ask(`${page.url}/`, { host: "evil.example" })).toMatchObject({ status: 403 });
    expect(await ask(`${page.url}/`, { method: "POST" })).toMatchObject({ status: 405 });
    expect(await ask(`${page.url}/etc/passwd`)).toMatchObject({ status: 404 });
  } finally {
    await page.finish("");
  }
});

test("who looks gets each view, and the result as the last of them; who comes later, the newest", async () => {
  const page = await openLivePage("run");
  page.show("<p>old</p>");
  page.show("<p>new\nline</p>");
  const looking = ask(`${page.url}/events`);
  await new Promise((resolve) => {
    setTimeout(resolve, 100);
  });
  page.show("<p>third</p>");
  await page.finish("<p>over</p>");
  const { text } = await looking;
  const events = [...text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map(([, name, data = ""]) => [
    name,
    JSON.parse(data) as string,
  ]);
  expect(events).toEqual([
    ["view", "<p>new\nline</p>"],
    ["view", "<p>third</p>"],
    ["result", "<p>over</p>"],
  ]);
});

// The timeline page without a browser: what it says, what it escapes, and what it holds an anomaly to be about.
import { expect, test } from "vitest";
import { simulationPage, traceOf as traceSimulation } from "../simulation/traced.ts";
import { Simulation } from "../simulation/simulation.ts";
import type { Scenario } from "../simulation/scenario.ts";
import type { HistoryEvent } from "../support/history.ts";
import { check } from "../support/checker.ts";
import { traceOf } from "../timeline/bare.ts";
import { assertDrawn } from "../timeline/drawn.ts";
import { findingOf, storyOf } from "../timeline/findings.ts";
import { timelinePage } from "../timeline/page.ts";
import { brief } from "../timeline/words.ts";
import { indexAt, momentsOf, placeOf } from "../timeline/view/scale.ts";

const all = (): boolean => true;

const HOSTILE = `</script><img src=x onerror=alert(1)>"&'`;

const joined = (client: string): HistoryEvent => ({
  type: "joined",
  client,
  epoch: "e",
  resumed: false,
  after: 0,
  head: 0,
});
const seen = (message: string) => ({ seq: 1, name: "ann", message, timestamp: 1 });

const said = (message: string): HistoryEvent => ({ type: "sent", client: "ann", name: "ann", message });

/** Ann's message is shown and acknowledged, and the log does not have it. */
const lost = (message: string): HistoryEvent[] => [
  joined("ann"),
  joined("bob"),
  { type: "sent", client: "ann", name: "ann", message },
  { type: "received", client: "ann", epoch: "e", seen: seen(message) },
  { type: "acknowledged", client: "ann", epoch: "e", message },
  { type: "log", epoch: "e", floor: 0, messages: [], isQuiet: true },
];

test("a page names each broken law with its sentence of SPEC.md, and has everything that happened as a table", () => {
  const history = lost("hello");
  const page = timelinePage(history, check(history), { title: "A lost message", replay: ["npm run this"] });
  expect(page).toContain("<h1>A lost message</h1>");
  expect(page).toContain("<strong>D5, lost</strong>");
  expect(page).toContain("Acknowledged is durable: after the echo, no crash loses it.");
  expect(page).toContain("<td>5</td><td>ann is told that &quot;hello&quot; is stored</td>");
  expect(page).toContain("npm run this");
});

test("[D11] text of strangers is text in a page, in its table, its headline and its data; and nothing comes from elsewhere", () => {
  const history = lost(HOSTILE);
  const page = timelinePage(history, check(history), { title: HOSTILE, replay: [HOSTILE] });
  expect(page).not.toContain("<img");
  expect(page.match(/<\/script>/g)).toHaveLength(2);
  const [, data = ""] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page) ?? [];
  expect(JSON.stringify(JSON.parse(data))).toContain(JSON.stringify(HOSTILE).slice(1, -1));
  expect(page).not.toMatch(/\b(src|href)=["']?(https?:)?\/\//);
});

test("a page of a history without anomalies says so", () => {
  const history = [joined("ann")];
  expect(timelinePage(history, check(history), { title: "Fine" })).toContain("Every law held.");
});

test("what somebody holds is what they held at that moment, whatever came later", () => {
  const history = [joined("ann"), said("one"), said("two"), ...lost("three").slice(3, 4)];
  const held = traceOf([...history, said("three")]).happenings.flatMap((happening) =>
    happening.type === "holding" && happening.name === "said, and not answered" ? [happening.lines] : [],
  );
  expect(held).toEqual([[], ["one"], ["one", "two"], ["one", "two", "three"]]);
  const echoed = traceOf([said("one"), { type: "received", client: "ann", epoch: "e", seen: seen("one") }]);
  expect(echoed.happenings.filter(({ type }) => type === "holding").slice(-2)).toMatchObject([
    { name: "said, and not answered", lines: [] },
    { name: "screen", lines: ["1: one"] },
  ]);
});

test("a complaint is a law, the checker's word where there is one, and what it says", () => {
  expect(findingOf('[D2] lost: "a" was never stored')).toEqual({
    law: "D2",
    kind: "lost",
    what: '"a" was never stored',
  });
  expect(findingOf("[D8] p1 believes in 3")).toEqual({ law: "D8", kind: null, what: "p1 believes in 3" });
  expect(findingOf("it broke")).toEqual({ law: "", kind: null, what: "it broke" });
});

test("the story of an anomaly is what happened to its message, to the log in the end", () => {
  const { happenings } = traceOf(lost("hello"));
  const tellStory = (complaint: string): unknown[] =>
    storyOf(findingOf(complaint), happenings).map((i) => {
      const happening = happenings[i];
      return happening?.type === "told" ? happening.event.type : happening?.type;
    });
  expect(tellStory('[D5] lost: "hello" was acknowledged to ann, and the log does not have it')).toEqual([
    "sent",
    "received",
    "acknowledged",
    "log",
  ]);
  expect(tellStory('[D5] lost: "other" was acknowledged')).toEqual([]);
  expect(tellStory("[D2] bob did not come to rest")).toEqual(["joined"]);
});

test("frames are told in a few words", () => {
  expect(brief('{"message":"hi","counter":3}')).toBe('"hi", counter 3');
  expect(brief('{"first":1,"last":1,"events":[{"seq":1,"message":"hi"}]}')).toBe('events 1 "hi"');
  expect(brief('{"presence":{"count":2,"joined":[{"name":"bob"}],"left":["c1"]}}')).toBe(
    "2 are here, bob came, c1 went",
  );
  expect(brief("ping")).toBe("ping");
  expect(brief("")).toBe("(nothing)");
  expect(brief(`{"message":"${"x".repeat(500)}"}`).length).toBeLessThan(70);
});

test("moments stand in the order of time, longer waits are wider, and words get the room that they need", () => {
  const { happenings } = traceOf([joined("a"), joined("b"), joined("c")]);
  const spread = happenings.map((happening, i) => ({ ...happening, at: [0, 1, 1_000][i] ?? 0 }));
  const plain = momentsOf(spread.slice(0, 3), all, () => 0, 1).map(({ x }) => x);
  expect((plain[2] ?? 0) - (plain[1] ?? 0)).toBeGreaterThan((plain[1] ?? 0) - (plain[0] ?? 0));
  const moments = momentsOf(spread.slice(0, 3), all, (i) => (i === 0 ? 100 : 0), 1);
  expect((moments[1]?.x ?? 0) - (moments[0]?.x ?? 0)).toBeGreaterThan(100);
  expect(placeOf(moments, 1)).toBe(moments[1]?.x);
  expect(placeOf(moments, 500)).toBeGreaterThan(moments[1]?.x ?? 0);
  expect([-1, 0, 0.5, 1, 5_000].map((at) => indexAt(moments, at))).toEqual([0, 0, 0, 1, 2]);
});

test("whoever draws a broken history is told where the picture lies", () => {
  expect(() => assertDrawn(lost("hello"), "a test of pictures")).toThrow(
    /\[D5\] lost: "hello"[^]*A picture of it: artifacts\/timelines\/a-test-of-pictures\.html/,
  );
});

const scenario: Scenario = {
  seed: 1,
  isEager: false,
  rate: { periodMs: 5_000, burst: 5 },
  keepRows: 10_000,
  steps: [
    { do: "start", who: 1 },
    { do: "advance", ms: 50 },
    { do: "say", who: 1, times: 2 },
    { do: "advance", ms: 7 },
    { do: "cut", who: 1, notice: "both" },
    { do: "crash", downMs: 100 },
    { do: "clock", object: 0, ms: 500 },
    { do: "disk", object: 0, fault: "commit", latency: 3 },
    { do: "say", who: 1, times: 1 },
    { do: "advance", ms: 9_000 },
  ],
};

test("a traced simulation is the same one, and its trace has frames that were lost, crashes, commits and what everybody held", () => {
  const plain = new Simulation(scenario).run();
  const simulation = new Simulation(scenario);
  const { happenings, lanes } = traceSimulation(simulation);
  simulation.run();
  expect(simulation.histories).toEqual(plain.histories);
  const kinds = new Set(happenings.map((one) => (one.type === "mark" ? one.kind : one.type)));
  for (const kind of ["flight", "told", "holding", "step", "crash", "commit", "refused", "accepted"])
    expect(kinds).toContain(kind);
  expect(happenings.some((one) => one.type === "flight" && one.isLost)).toBe(true);
  const names = new Set(lanes.map(({ name }) => name));
  for (const one of happenings) {
    if (one.type === "flight") expect([names.has(one.from), names.has(one.to)]).toEqual([true, true]);
    if (one.type === "told" || one.type === "holding") expect(names).toContain(one.lane);
  }
  expect(simulationPage(scenario, ["again"])).toContain("the server is killed, and is down for 100 ms");
});

test("of a long history, what is near to what broke is drawn, and the rest is counted", () => {
  const long: HistoryEvent[] = Array.from({ length: 6_000 }, (_, i) => ({
    type: "sent",
    client: "bob",
    name: "bob",
    message: `b${i}`,
  }));
  const page = timelinePage(
    [...long.slice(0, 3_000), ...lost("hello"), ...long.slice(3_000)],
    ['[D5] lost: "hello" was acknowledged to ann, and the log does not have it'],
    { title: "Long" },
  );
  expect(page).toMatch(/The run has \d+ events; \d+ that are far from what broke are left out/);
  expect(page).toContain("is told that &quot;hello&quot; is stored");
  expect(page).toContain("b2990");
  expect(page).not.toContain("b100&quot;");
  expect(page.length).toBeLessThan(200_000);
});

const left = (client: string): HistoryEvent => ({ type: "left", client });
const marks = (history: readonly HistoryEvent[]): unknown[] =>
  traceOf(history).happenings.flatMap((one) => (one.type === "mark" ? [[one.at, one.text]] : []));

test("where everybody is thrown out at once, a bare history shows that all connections are gone", () => {
  const both = [joined("ann"), joined("bob")];
  expect(marks([...both, left("ann"), left("bob"), joined("ann")])).toEqual([
    [3, "all connections are gone"],
  ]);
  expect(marks([...both, left("ann"), joined("ann"), left("bob")])).toEqual([]);
  // One after the other is not at once.
  const alone: HistoryEvent = { type: "sent", client: "bob", name: "bob", message: "alone" };
  expect(marks([...both, left("ann"), alone, left("bob")])).toEqual([]);
});

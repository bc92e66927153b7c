// The bench without servers: what it runs, what a climb says, and what stands beside what.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { NO_COUNTS, type Second } from "../../../load/lib/tally.ts";
import { type Cell, cellOf, type Climbed, failedCell } from "../../../load/runner/bench-cell.ts";
import { commitMs } from "../../../load/runner/disk.ts";
import { renderBench } from "../../../load/runner/bench-page.ts";
import { type BenchPlan, cellsOf, durationOf, envOf, serversIn } from "../../../load/runner/bench-plan.ts";
import { ratiosOf, rowsOf } from "../../../load/runner/bench-rows.ts";
import { sayDisk, sayOthers, sayRatio, tell } from "../../../load/runner/bench-table.ts";
import { busySecondsOf, cpuBetween, type Reading } from "../../../load/runner/usage.ts";
import { fixture } from "./fixture.ts";

const PLAN: BenchPlan = {
  servers: ["room", "demo", "null"],
  members: [100, 1_000],
  rounds: 2,
  isQuick: false,
  joinLimitS: 60,
};
const START = 1_763_900_000_000;
const MEMBERS = 100;
const STEP_S = 4;

describe("the plan", () => {
  test("goes forth in one round and back in the next, and measures the generator once", () => {
    const order = cellsOf(PLAN).map(({ server, members, round }) => `${round} ${members} ${server}`);
    expect(order).toEqual([
      "1 100 room",
      "1 100 demo",
      "1 100 null",
      "1 1000 room",
      "1 1000 demo",
      "1 1000 null",
      "2 100 demo",
      "2 100 room",
      "2 1000 demo",
      "2 1000 room",
    ]);
  });

  test("begins a later round below what was found, and says how long it takes", () => {
    const cell = { server: "demo", members: 1_000, round: 2 } as const;
    expect(envOf(cell, PLAN, null)).toMatchObject({ CHAT_RATE: "20", CHAT_FACTOR: "2", CHAT_P99_MS: "150" });
    expect(envOf(cell, PLAN, 400)).toMatchObject({ CHAT_RATE: "300", CHAT_FACTOR: "1.25" });
    const { usual, most } = durationOf(PLAN);
    expect(usual).toBeGreaterThan(10 * 50);
    expect(most).toBeGreaterThan(usual);
    // 5,000 classic members are 25 million frames: nobody waits for them.
    expect(durationOf({ ...PLAN, servers: ["demo"], members: [5_000], rounds: 1 }).usual).toBe(6 + 120);
  });

  test("knows its servers", () => {
    expect(serversIn("demo,room")).toEqual(["demo", "room"]);
    expect(() => serversIn("demo,moon")).toThrow("--servers takes room, room-classic, demo");
  });
});

/** A process that uses so many cores all the time, and grows by 100 MiB in the first three seconds. */
const readings = (cores: number): Reading[] =>
  Array.from({ length: 200 }, (_, i) => ({
    at: START - 5_000 + i * 250,
    cpuSeconds: (cores * i) / 4,
    rssMiB: 50 + Math.min(100, i * 10),
  }));

/** By its index after the step that warms up. */
const second = (index: number, rate: number, changes: Partial<Second> = {}): Second => ({
  second: (index + 1) * STEP_S,
  sent: rate * 3,
  delivered: rate * 3 * MEMBERS,
  lagMaxMs: 1,
  hiccupMaxMs: 1,
  p50Ms: 10,
  p95Ms: 10,
  p99Ms: 40,
  maxMs: 40,
  ...changes,
});

function climbed(seconds: readonly Second[], changes: Partial<Climbed> = {}): Climbed {
  const { counts, parameters, ...base } = fixture();
  return {
    tally: {
      ...base,
      counts,
      parameters: { ...parameters, CHAT_STEP_S: STEP_S, CHAT_JOIN_TIMEOUT_S: 60 },
      windowStart: START,
      joining: { from: START - 1_500, until: START - 500 },
      seconds: [
        second(-1, 50, { p50Ms: 200, p95Ms: 300, p99Ms: 400, maxMs: 500 }),
        second(0, 2, { p50Ms: 3, p95Ms: 3, p99Ms: 8, maxMs: 8 }),
        second(1, 2, { p99Ms: 9 }),
        ...seconds,
      ],
    },
    readings: { generator: readings(0.5), target: readings(0.6) },
    bound: 100,
    generatorCores: 1,
    busySeconds: null,
    commitMs: 0.5,
    ...changes,
  };
}

const CELL = { server: "room", members: MEMBERS, round: 1 } as const;

describe("a climb", () => {
  test("says the highest rate that held, and what a delivery, a join and a member cost", () => {
    const cell = cellOf(CELL, climbed([second(2, 200), second(3, 400), second(4, 800, { p99Ms: 400 })]));
    expect(cell.best).toMatchObject({ rate: 400, deliveriesPerSecond: 40_000, p99: 40, limit: "nothing" });
    expect(cell.best?.serverCores).toBeCloseTo(0.6);
    expect(cell.failed).toMatchObject({ rate: 800, failure: "p99 400 ms" });
    expect(cell.quiet).toEqual({ p50: 10, p99: 9 });
    expect(cell.joins?.seconds).toBe(1);
    expect(cell.joins?.cpuSeconds).toBeCloseTo(0.6);
    expect(cell.kibAMember).toBeCloseTo(1_024);
    expect(cell.problem).toBeNull();
  });

  test("gives no result where a virtual user of the generator ended early, and blames no server", () => {
    const whole = climbed([second(2, 200)]);
    const reports = whole.tally.reports.map((times, i) => (i === 0 ? 0 : times));
    const cell = cellOf(CELL, { ...whole, tally: { ...whole.tally, reports } });
    expect(cell).toMatchObject({
      problem: expect.stringMatching(/^the generator broke down: 1 of \d+ virtual users ended early$/),
      best: null,
    });
  });

  test("does not hold where a delivery did not come in time, and holds where two of three tries did", () => {
    const missing = second(3, 400, { delivered: 400 * 3 * MEMBERS - 1 });
    expect(cellOf(CELL, climbed([second(2, 200), missing])).best?.rate).toBe(200);
    const again = [second(2, 200), missing, second(4, 400)];
    expect(cellOf(CELL, climbed(again)).best?.rate).toBe(200);
    expect(cellOf(CELL, climbed([...again, second(5, 400)])).best?.rate).toBe(400);
    // What failed below it met something else.
    const cell = cellOf(CELL, climbed([missing, second(3, 800), second(4, 1_000, { p99Ms: 400 })]));
    expect([cell.best?.rate, cell.failed?.rate]).toEqual([800, 1_000]);
  });

  test("blames the generator where its core was full, and the server where its own was", () => {
    const late = [second(2, 200), second(3, 400, { p99Ms: 400 })];
    const full = (which: "generator" | "target"): Cell =>
      cellOf(CELL, climbed(late, { readings: { ...climbed([]).readings, [which]: readings(0.97) } }));
    expect(full("generator").failed?.limit).toBe("generator");
    expect(full("target").failed?.limit).toBe("target");
    const stuck = [second(2, 200), second(3, 400, { p99Ms: 400, lagMaxMs: 300, hiccupMaxMs: 1 })];
    expect(cellOf(CELL, climbed(stuck)).failed?.limit).toBe("generator");
  });

  test("that broke a law, or did not fill its room, has no rate", () => {
    const { tally } = climbed([second(2, 200)]);
    const doubled = { ...tally, counts: { ...tally.counts, duplicate: 3 } };
    expect(cellOf(CELL, { ...climbed([]), tally: doubled })).toMatchObject({
      best: null,
      problem: "3 duplicated",
    });
    const empty = { ...tally, joining: { from: 0, until: 0 }, counts: { ...NO_COUNTS, joined: 12 } };
    expect(cellOf(CELL, { ...climbed([]), tally: empty }).problem).toBe(
      "the room was not full after 60 s (12 had joined)",
    );
  });

  test("says how busy others were", () => {
    // 49.75 s at 0.5 and 0.6 cores, and 24.9 s of others: half a core.
    const { others } = cellOf(CELL, climbed([second(2, 200)], { busySeconds: 49.75 * 1.6 }));
    expect(others).toBeCloseTo(0.5);
  });
});

/** A climb of a server that found this rate. */
const found = (server: Cell["server"], round: number, rate: number, cores = 0.6): Cell => {
  const of = climbed([second(2, rate), second(3, rate * 2, { p99Ms: 400 })], {
    readings: { generator: readings(0.5), target: readings(cores) },
  });
  return cellOf({ server, members: MEMBERS, round }, of);
};

const CELLS = [
  found("room", 1, 4_000, 0.3),
  found("demo", 1, 200),
  found("relay", 1, 300),
  found("room", 2, 6_000, 0.3),
  found("demo", 2, 400),
  found("relay", 2, 300),
  failedCell({ server: "node-ws", members: MEMBERS, round: 1 }, "the server's process ended"),
];

describe("rows and ratios", () => {
  test("are medians over rounds, and each round is set against itself", () => {
    const rows = rowsOf(CELLS);
    expect(rows[0]).toMatchObject({
      server: "room",
      deliveries: { middle: 500_000, least: 400_000, most: 600_000 },
      isAtLeast: false,
      ends: ["p99 400 ms (neither core full)"],
    });
    const ratios = ratiosOf(CELLS, rows);
    expect(ratios.map(sayRatio)).toEqual([
      "Edge Chat, delivery / demo-like object: 17.5 (15-20) times the deliveries/s",
      "Edge Chat, delivery / bare relay object: 0.0313 (0.025-0.0375) times the CPU a delivery",
      "Edge Chat, delivery / bare relay object: 1 times the p50 of a quiet room",
    ]);
  });

  test("say at least where the generator reached no more against a server that does nothing", () => {
    const cells = [...CELLS, found("null", 1, 5_200)];
    const rows = rowsOf(cells);
    expect(rows.find(({ server }) => server === "room")?.isAtLeast).toBe(true);
    expect(rows.find(({ server }) => server === "demo")?.isAtLeast).toBe(false);
    expect(ratiosOf(cells, rows).map(sayRatio)[0]).toContain(": ≥ 17.5 (");
  });

  test("are told in a table and on a page, and so is a machine that was busy with others", () => {
    const rows = rowsOf(CELLS);
    const told = tell(rows, ratiosOf(CELLS, rows), ["room", "demo", "relay", "node-ws"]);
    expect(told).toContain("100 members, p99 within 100 ms, nothing lost");
    expect(told).toMatch(/Edge Chat, delivery +500k \(400k-600k\) +40 ms +0\.625 µs/);
    expect(told).toMatch(/Node ws server +- .*the server's process ended/);
    expect(sayOthers(CELLS)).toBe("");
    expect(sayDisk(CELLS)).toMatch(/^The disk takes 500 µs for the commit of one message\. /);
    expect(sayDisk(CELLS.filter(({ server }) => server !== "room"))).toBe("");
    const cells = CELLS.map((cell) => ({ ...cell, others: 0.8 }));
    const { machine } = fixture();
    const page = renderBench({
      schema: "edge-chat-bench/1",
      plan: PLAN,
      started: "2026-11-28T19:00:00.000Z",
      version: "0.2.0",
      machine,
      pinned: null,
      command: "npm run bench -- <b>",
      cells,
    });
    expect(page).toContain("17.5 (15-20) times the deliveries/s");
    expect(page).toContain("The disk takes 500 µs");
    expect(page).toContain("Others on this machine used 0.8 of its cores");
    expect(page).toContain("npm run bench -- &lt;b&gt;");
    expect(page).not.toMatch(/NaN|undefined|https?:/);
  });
});

test("a commit takes this disk some time, and leaves nothing behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "disk-"));
  try {
    expect(await commitMs(folder)).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("processor time between two instants is even between readings, and unknown beyond them", () => {
  expect(cpuBetween(readings(0.4), START + 100, START + 1_100)).toBeCloseTo(0.4);
  expect(cpuBetween(readings(0.4), START, START + 1_000_000)).toBeNull();
  expect(busySecondsOf("cpu  100 20 30 9999 5 1 2 40 0 0\ncpu0 1 1 1 1\n")).toBeCloseTo(1.93);
});

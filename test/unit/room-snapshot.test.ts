import { expect, test } from "vitest";
import { memberOf, Snapshots } from "../../src/room/snapshot.ts";
import type { Member, Since } from "../../src/protocol/messages.ts";
import type { Frame } from "../support/frames.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { messageAt } from "../support/log-contract.ts";

const ME = memberOf("c", { name: "ann", author: "a", client: "tab" });

const LIMITS = { message: 2_000, typing: 20 };

/** A log of so many messages, of which the first `floor` are gone. */
function logOf(count: number, floor = 0, fields: object = {}): MemoryLog {
  const log = new MemoryLog("e");
  log.append(Array.from({ length: count }, (_, i) => messageAt(i + 1, fields)));
  log.trim(floor, 0);
  return log;
}

const framesOf = (since: Since | null, log: MemoryLog, roster: Member[] | null = [ME]): Frame[] =>
  new Snapshots(log)
    .delivery({ me: ME, counter: 3, since, members: 1, roster, limits: LIMITS }, log.head)
    .map((text) => JSON.parse(text) as Frame);

const rangesOf = (frames: readonly Frame[]): (number | undefined)[][] =>
  frames.slice(1).map(({ first, last }) => [first, last]);

test("[P1] the welcome tells a client where it stands, and names the members unless they are too many", () => {
  const welcome = {
    protocol: 1,
    epoch: "e",
    head: 2,
    counter: 3,
    connection: "c",
    author: "a",
    members: 1,
    resumed: false,
    limits: LIMITS,
  };
  expect(framesOf(null, logOf(2))[0]).toEqual({ welcome: { ...welcome, roster: [ME] } });
  expect(framesOf(null, logOf(2), null)[0]).toEqual({ welcome });
});

test.each([
  { what: "nothing", count: 0, floor: 0, since: null, ranges: [] },
  { what: "the last 100", count: 150, floor: 0, since: null, ranges: [[51, 150]] },
  { what: "what retention left", count: 150, floor: 120, since: null, ranges: [[121, 150]] },
  {
    what: "the last 100 of another log",
    count: 150,
    floor: 0,
    since: { epoch: "x", seq: 149 },
    ranges: [[51, 150]],
  },
  {
    what: "the last 100, for a seq that never was",
    count: 150,
    floor: 0,
    since: { epoch: "e", seq: 151 },
    ranges: [[51, 150]],
  },
])("[P3] [C9] without a resumption follows $what", ({ count, floor, since, ranges }) => {
  const frames = framesOf(since, logOf(count, floor));
  expect(rangesOf(frames)).toEqual(ranges);
  expect(frames[0]?.welcome).toMatchObject({ resumed: false });
  expect(frames[0]?.welcome).not.toHaveProperty("gap");
});

test.each([
  { seq: 150, count: 150, floor: 0, ranges: [], gap: undefined },
  {
    seq: 10,
    count: 150,
    floor: 0,
    ranges: [
      [11, 100],
      [101, 150],
    ],
    gap: undefined,
  },
  {
    seq: 10,
    count: 150,
    floor: 10,
    ranges: [
      [11, 100],
      [101, 150],
    ],
    gap: undefined,
  },
  { seq: 10, count: 150, floor: 100, ranges: [[101, 150]], gap: { first: 11, last: 100 } },
  {
    seq: 100,
    count: 1_100,
    floor: 0,
    ranges: Array.from({ length: 10 }, (_, i) => [i * 100 + 101, i * 100 + 200]),
    gap: undefined,
  },
  {
    seq: 99,
    count: 1_100,
    floor: 0,
    ranges: Array.from({ length: 10 }, (_, i) => [i * 100 + 101, i * 100 + 200]),
    gap: { first: 100, last: 100 },
  },
])(
  "[P3] [D2] after $seq of $count, where $floor are gone: exactly what was missed, and a gap $gap",
  ({ seq, count, floor, ranges, gap }) => {
    const frames = framesOf({ epoch: "e", seq }, logOf(count, floor));
    expect(rangesOf(frames)).toEqual(ranges);
    expect(frames[0]?.welcome?.resumed).toBe(true);
    expect(frames[0]?.welcome?.gap).toEqual(gap);
  },
);

test.each([
  // Each page is over 69,905 units: the newest ten are one too many.
  { what: "ASCII", unit: "x", length: 620, first: 101 },
  { what: "letters of three bytes", unit: "\u4e2d", length: 620, first: 101 },
  { what: "pairs", unit: "\u{1f600}", length: 310, first: 101 },
  { what: "controls, which JSON writes with six units", unit: "\u0001", length: 104, first: 101 },
  { what: "ASCII that just fits", unit: "x", length: 500, first: 1 },
])(
  "[P3] [D12] of a replay of 1,000 messages, $length times $what each, the newest up to MAX_REPLAY_LENGTH come, and a gap names the others",
  ({ unit, length, first }) => {
    const log = logOf(1_000, 0, { message: unit.repeat(length) });
    const frames = framesOf({ epoch: "e", seq: 0 }, log);
    expect(rangesOf(frames)[0]?.[0]).toBe(first);
    expect(rangesOf(frames).at(-1)).toEqual([901, 1_000]);
    expect(frames[0]?.welcome?.gap).toEqual(first === 1 ? undefined : { first: 1, last: first - 1 });
  },
);

test("[P3] [D2] the newest page of a replay comes, however long it is", () => {
  const log = logOf(1_000, 0, { message: "\u0001".repeat(4_000) });
  expect(rangesOf(framesOf({ epoch: "e", seq: 0 }, log))).toEqual([[901, 1_000]]);
});

test("[C3] a classic client gets the members' names, then up to 100 messages, oldest first", () => {
  const frames = new Snapshots(logOf(150))
    .classic([ME, { ...ME, name: "bob" }], 150)
    .map((text) => JSON.parse(text) as Frame);
  expect(frames.slice(0, 2)).toEqual([{ joined: "ann" }, { joined: "bob" }]);
  expect(frames.slice(2).map(({ message }) => message)).toEqual(
    Array.from({ length: 100 }, (_, i) => `m${i + 51}`),
  );
});

test("[P12] a snapshot ends at the seq that is asked for, whatever the log has beyond", () => {
  const snapshots = new Snapshots(logOf(150));
  const arrival = { me: ME, counter: 0, members: 1, roster: null, limits: LIMITS };
  const frames = (since: Since | null): Frame[] =>
    snapshots.delivery({ ...arrival, since }, 140).map((text) => JSON.parse(text) as Frame);
  expect(rangesOf(frames(null))).toEqual([[41, 140]]);
  expect(rangesOf(frames({ epoch: "e", seq: 120 }))).toEqual([[121, 140]]);
  expect(frames(null)[0]?.welcome?.head).toBe(140);
  expect(JSON.parse(snapshots.classic([], 140).at(-1) ?? "")).toMatchObject({ message: "m140" });
});

test("[P7] [D2] what is kept for a crowd is of this log, and of this head", () => {
  const log = logOf(3);
  const snapshots = new Snapshots(log);
  const last = (): unknown => JSON.parse(snapshots.classic([], log.head).at(-1) ?? "null");
  expect(last()).toMatchObject({ message: "m3" });
  log.append([messageAt(4)]);
  expect(last()).toMatchObject({ message: "m4" });
  log.erase("another");
  log.append([1, 2, 3, 4].map((seq) => messageAt(seq, { message: `n${seq}` })));
  expect(last()).toMatchObject({ message: "n4" });
});

test("[D12] frames are kept for sixteen heads at most, and made anew after that", () => {
  const log = logOf(20);
  const snapshots = new Snapshots(log);
  for (let head = 1; head <= 20; head++) snapshots.classic([], head);
  log.erase("e");
  log.append(Array.from({ length: 20 }, (_, i) => messageAt(i + 1, { message: `n${i + 1}` })));
  const messageOf = (head: number): unknown =>
    (JSON.parse(snapshots.classic([], head).at(-1) ?? "{}") as { message: string }).message;
  expect([messageOf(20), messageOf(4)]).toEqual(["m20", "n4"]);
});

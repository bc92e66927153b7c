import { expect, test } from "vitest";
import { findOverdue, nextTrim, trimAfter } from "../../src/room/housekeeping.ts";
import { type Joined, newSession, type Session } from "../../src/room/session.ts";
import { CONFIG } from "../support/world.ts";

const joined = { name: "ann", author: "a" };
const DELIVERY: Joined = { ...joined, client: "tab" };
const CLASSIC: Joined = { ...joined, client: null };
const session = (connection: string, since: number, as: Joined | null): Session => ({
  ...newSession(connection, "address", 1, since),
  joined: as,
});

test.each([
  { as: null, heard: undefined, now: 1_000, code: undefined, next: 31_000 },
  { as: null, heard: undefined, now: 21_000, code: undefined, next: 31_000 },
  // Looked at again after a third of the deadline at the soonest.
  { as: null, heard: undefined, now: 21_001, code: undefined, next: 31_001 },
  { as: null, heard: undefined, now: 30_999, code: undefined, next: 40_999 },
  { as: null, heard: 30_000, now: 31_000, code: 4002, next: Infinity },
  { as: DELIVERY, heard: undefined, now: 290_999, code: undefined, next: 301_000 },
  { as: DELIVERY, heard: undefined, now: 291_001, code: undefined, next: 301_001 },
  { as: DELIVERY, heard: undefined, now: 301_000, code: 4009, next: Infinity },
  { as: DELIVERY, heard: 2_000, now: 301_999, code: undefined, next: 311_999 },
  { as: DELIVERY, heard: 2_000, now: 302_000, code: 4009, next: Infinity },
  { as: DELIVERY, heard: 500, now: 300_999, code: undefined, next: 310_999 },
  { as: CLASSIC, heard: undefined, now: 900_000, code: undefined, next: Infinity },
])(
  "[D12] $as, accepted at 1,000 and heard at $heard, has at $now: $code",
  ({ as, heard, now, code, next }) => {
    const times = new Map(heard === undefined ? [] : [["c", heard]]);
    const found = findOverdue([session("c", 1_000, as)], CONFIG, times, now);
    expect(found.overdue.map((one) => one.code)).toEqual(code === undefined ? [] : [code]);
    expect(found.next).toBe(next);
  },
);

test("[D12] the next deadline is the first of all, and who has to go is told why", () => {
  const sessions = [
    session("a", 500_000, DELIVERY),
    session("b", 495_000, null),
    session("c", 0, null),
    session("d", 498_000, null),
    session("e", 1_000, DELIVERY),
  ];
  const { overdue, next } = findOverdue(sessions, CONFIG, new Map(), 500_000);
  expect(next).toBe(525_000);
  expect(overdue).toEqual([
    { session: sessions[2], code: 4002, reason: "Say your name first." },
    { session: sessions[4], code: 4009, reason: "No ping came from you." },
  ]);
  expect(findOverdue([...sessions, session("f", 200_001, DELIVERY)], CONFIG, new Map(), 500_000).next).toBe(
    510_000,
  );
});

test("[D12] [P6] members that came a second apart and fell silent go together, by a few at a time", () => {
  let present = Array.from({ length: 300 }, (_, i) => session(`${i}`, i * 1_000, DELIVERY));
  let [looks, latest] = [0, 0];
  for (let now = CONFIG.silenceMs; present.length > 0; looks++) {
    const { overdue, next } = findOverdue(present, CONFIG, new Map(), now);
    const gone = new Set(overdue.map((one) => one.session));
    for (const { since } of gone) latest = Math.max(latest, now - since - CONFIG.silenceMs);
    present = present.filter((one) => !gone.has(one));
    now = next;
  }
  expect([looks, latest]).toEqual([31, 9_000]);
});

test("[D12] a room wakes when its oldest message is too old, but not more often than once an hour", () => {
  expect(nextTrim(null, CONFIG, 5_000)).toBe(Infinity);
  expect(nextTrim(1_000, CONFIG, 5_000)).toBe(1_000 + CONFIG.historyMaxAgeMs);
  expect(nextTrim(1_000, CONFIG, CONFIG.historyMaxAgeMs)).toBe(CONFIG.historyMaxAgeMs + 3_600_000);
});

test("[D12] rows are trimmed soon when there are a tenth too many, else when they are too old", () => {
  expect(trimAfter(11_000, CONFIG)).toBe(CONFIG.historyMaxAgeMs);
  expect(trimAfter(11_001, CONFIG)).toBe(10_000);
});

// What a room pays while nothing happens in it: it wakes for what is due, and for nothing else.
import { expect, test } from "vitest";
import { findOverdue } from "../../src/room/housekeeping.ts";
import { newSession, type Session } from "../../src/room/session.ts";
import { DELIVERY, of, RoomMachine } from "../support/room-machine.ts";
import { CONFIG } from "../support/world.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const PING_MS = 25_000;

const member = (connection: string): Session => ({
  ...newSession(connection, "address", 1, 0),
  joined: { name: "ann", author: "a", client: "tab" },
});

/** The instants at which a room wakes for a member that is last heard at `endsAt`, until that member has to go. */
function looks(until: number, endsAt: number): { readonly at: readonly number[]; readonly wentAt: number } {
  const at: number[] = [];
  for (let now = CONFIG.silenceMs; now < until;) {
    at.push(now);
    const heard = Math.min(endsAt, Math.floor(now / PING_MS) * PING_MS);
    const { overdue, next } = findOverdue([member("a")], CONFIG, new Map([["a", heard]]), now);
    if (overdue.length > 0) return { at, wentAt: now };
    now = next;
  }
  return { at, wentAt: Infinity };
}

test("[P6] an occupied room where nothing happens wakes 27 times a day, and not 288 times", () => {
  expect(looks(DAY_MS, DAY_MS).at).toHaveLength(27);
});

test("[P6] who falls silent goes at the next look, an hour after the silence is over at the latest", () => {
  for (let endsAt = 0; endsAt < 6 * HOUR_MS; endsAt += 137_000) {
    const late = looks(DAY_MS, endsAt).wentAt - (endsAt + CONFIG.silenceMs);
    expect(late).toBeGreaterThanOrEqual(0);
    // Not later than as long again as it has been here.
    expect(late).toBeLessThanOrEqual(Math.min(HOUR_MS, endsAt + CONFIG.silenceMs));
  }
});

test("[P6] a member that was heard half a silence ago is looked at less often, and at its deadline after that", () => {
  const now = 10 * HOUR_MS;
  const nextWhenHeard = (agoMs: number): number =>
    findOverdue([member("a")], CONFIG, new Map([["a", now - agoMs]]), now).next;
  expect(nextWhenHeard(CONFIG.silenceMs / 2)).toBe(now + HOUR_MS);
  expect(nextWhenHeard(CONFIG.silenceMs / 2 + 1)).toBe(now + CONFIG.silenceMs / 2 - 1);
});

test("[P6] a classic member whose budget is elsewhere and owes nothing costs no wake at all", () => {
  const machine = new RoomMachine();
  machine.join("ann");
  machine.now += HOUR_MS;
  machine.yield();
  expect(of("alarm-by", machine.alarm())).toEqual([]);
});

test("[P6] [P9] whoever comes brings a look with it: within the deadline for a name the silent are gone", () => {
  const machine = new RoomMachine();
  machine.join("ann", DELIVERY);
  machine.now += 6 * HOUR_MS;
  expect(of("alarm-by", machine.accept("bob"))).toEqual([
    { type: "alarm-by", at: machine.now + CONFIG.joinDeadlineMs },
  ]);
  machine.now += CONFIG.joinDeadlineMs;
  expect(of("close", machine.alarm())).toMatchObject(
    [{ code: 4002 }, { connection: "ann", code: 4009 }].toReversed(),
  );
});

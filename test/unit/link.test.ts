// A client's socket: when it is opened, whether it still lives, when it is opened again; told by timers and hints alone.
import { expect, test } from "vitest";
import { backoff, spread } from "../../src/client/backoff.ts";
import type { ClientEffect, Timer } from "../../src/client/events.ts";
import { ClientMachine, eventsFrame, transmitted, WELCOME } from "../support/client-machine.ts";

/** A client that was welcomed to an empty room. */
function joined(): ClientMachine {
  const machine = new ClientMachine();
  machine.join();
  return machine;
}

const statusIn = (effects: readonly ClientEffect[]): ClientEffect | undefined =>
  effects.findLast(({ type }) => type === "status");

const timer = (name: Timer, ms: number | null): ClientEffect => ({ type: "timer", timer: name, ms });

test.each(["online", "offline", "visible"] as const)(
  "[P11] on the hint '%s' a live client asks for a sign of life, and comes back when there is none within 3 s",
  (hint) => {
    const machine = joined();
    const effects = machine.handle({ type: hint });
    expect(effects.slice(0, 2)).toEqual([{ type: "transmit", text: "ping" }, timer("pong", 3_000)]);
    const lost = machine.handle({ type: "timer", timer: "pong", random: 0.5 });
    expect(lost).toContainEqual({ type: "close" });
    expect(statusIn(lost)).toMatchObject({ status: "offline", retryMs: 250 });
  },
);

test("[P11] while the network is said to be gone, one pong is no proof: the client asks every 5 s", () => {
  const machine = joined();
  const probe = [{ type: "transmit", text: "ping" }, timer("pong", 3_000), timer("ping", 5_000)];
  expect(machine.handle({ type: "offline" })).toEqual(probe);
  machine.handle({ type: "frame", frame: "pong", random: 0 });
  expect(machine.handle({ type: "timer", timer: "ping", random: 0 })).toEqual(probe);
  expect(machine.handle({ type: "online" })).toContainEqual(timer("ping", 25_000));
});

test("[P11] a pong answers a probe", () => {
  const machine = joined();
  machine.handle({ type: "offline" });
  expect(machine.handle({ type: "frame", frame: "pong", random: 0 })).toEqual([timer("pong", null)]);
});

test("[P10] who waits for the next attempt makes it at once when the network is back, and not when it goes", () => {
  const machine = joined();
  machine.handle({ type: "closed", code: 1006, random: 0.5 });
  expect(machine.handle({ type: "offline" })).toEqual([]);
  expect(machine.handle({ type: "online" })).toContainEqual({ type: "open" });
});

test("[P6] a client pings every 25 s, also while it receives without a pause", () => {
  const machine = joined();
  expect(machine.receive(eventsFrame(1, 1))).not.toContainEqual(timer("ping", 25_000));
  expect(machine.handle({ type: "timer", timer: "ping", random: 0 })).toEqual([
    { type: "transmit", text: "ping" },
    timer("pong", 10_000),
    timer("ping", 25_000),
  ]);
});

test.each(["bad-frame", "frame-too-large", "name-too-long"])(
  "[P10] a hello refused with %s is the end: no attempt follows, and the room's sentence is told",
  (code) => {
    const machine = new ClientMachine();
    machine.handle({ type: "start" });
    machine.handle({ type: "opened" });
    const frame = JSON.stringify({ error: "Name too long.", code });
    const effects = machine.handle({ type: "frame", frame, random: 0 });
    expect(effects).toContainEqual({ type: "close" });
    expect(statusIn(effects)).toEqual({ type: "status", status: "refused", reason: "Name too long.", code });
    expect(machine.handle({ type: "closed", code: 1009, random: 0 })).toEqual([]);
    for (const type of ["online", "visible"] as const) expect(machine.handle({ type })).toEqual([]);
  },
);

test("[P10] a full room is tried again later than a lost one, and its sentence is told", () => {
  const machine = new ClientMachine();
  machine.handle({ type: "start" });
  machine.handle({ type: "opened" });
  const frame = JSON.stringify({ error: "This room is full.", code: "room-full" });
  expect(statusIn(machine.handle({ type: "frame", frame, random: 0 }))).toBeUndefined();
  const effects = machine.handle({ type: "closed", code: 4003, random: 0.5 });
  expect(statusIn(effects)).toEqual({
    type: "status",
    status: "offline",
    retryMs: 8_000,
    reason: "This room is full.",
  });
});

test("[P10] each failed attempt waits longer, and ten seconds of being live begin anew", () => {
  const machine = joined();
  const waits: (number | undefined)[] = [];
  const lose = (): void => {
    const status = statusIn(machine.handle({ type: "closed", code: 1006, random: 0.5 }));
    if (status?.type === "status") waits.push(status.retryMs);
    machine.handle({ type: "timer", timer: "reconnect", random: 0.5 });
  };
  for (let i = 0; i < 3; i++) lose();
  machine.handle({ type: "opened" });
  expect(machine.receive({ welcome: WELCOME })).toContainEqual(timer("steady", 10_000));
  machine.handle({ type: "timer", timer: "steady", random: 0 });
  lose();
  expect(waits).toEqual([250, 500, 1_000, 250]);
});

test("[P10] a room that does not answer a hello within 10 s is given up and tried again", () => {
  const machine = new ClientMachine();
  machine.handle({ type: "start" });
  expect(machine.handle({ type: "opened" })).toContainEqual(timer("pong", 10_000));
  expect(statusIn(machine.handle({ type: "timer", timer: "pong", random: 0 }))).toMatchObject({
    status: "offline",
  });
});

test("[P10] a hello that is refused for now is said again on the same socket after retryAfter", () => {
  const machine = new ClientMachine();
  machine.handle({ type: "start" });
  const [hello] = transmitted(machine.handle({ type: "opened" }));
  const frame = JSON.stringify({ refused: { code: "rate-limited", retryAfter: 1_234 } });
  expect(machine.handle({ type: "frame", frame, random: 0 })).toContainEqual(timer("resend", 1_234));
  expect(transmitted(machine.handle({ type: "timer", timer: "resend", random: 0 }))).toEqual([hello]);
});

test("[P10] backoff is full-jitter: anywhere from nothing to twice as much each time, up to 30 s", () => {
  expect([0, 1, 2, 3, 20].map((attempt) => backoff(attempt, 0.999_999))).toEqual([
    499, 999, 1_999, 3_999, 29_999,
  ]);
  expect(backoff(5, 0)).toBe(0);
});

test("[L2] [P8] a wait gets up to a second more, at most as much again, and never more than a timer takes", () => {
  expect([0, 0.5, 0.999_999].map((random) => spread(10_000, random))).toEqual([10_000, 10_500, 10_999]);
  expect([0, 0.5, 0.999_999].map((random) => spread(100, random))).toEqual([100, 150, 199]);
  expect(spread(0, 0.5)).toBe(0);
  for (const wait of [2 ** 31 - 500, 2 ** 31, 2 ** 40]) expect(spread(wait, 0.999)).toBe(2 ** 31 - 1);
  expect(spread(2 ** 31 - 1_001, 0.999_999)).toBe(2 ** 31 - 2);
});

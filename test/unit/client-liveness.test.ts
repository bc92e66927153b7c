import { describe, expect, test } from "vitest";
import { ClientMachine, eventsFrame, only, WELCOME } from "../support/client-machine.ts";

const waits = (ms: number | null): object[] => [{ type: "timer", timer: "pong", ms }];
const pinged = (withinMs: number, nextMs: number): object[] => [
  { type: "transmit", text: "ping" },
  { type: "timer", timer: "pong", ms: withinMs },
  { type: "timer", timer: "ping", ms: nextMs },
];

/** What a client does when it opens a socket. */
const OPENS = [
  { type: "status", status: "connecting" },
  { type: "open" },
  { type: "timer", timer: "pong", ms: 10_000 },
];

describe("the life of a connection", () => {
  test("[P1] a start opens a socket, and an open socket is said hello on, at once", () => {
    const machine = new ClientMachine();
    expect(machine.handle({ type: "start" })).toEqual([
      ...OPENS,
      { type: "outbox", underWay: 0, items: [], epoch: null, counter: 0 },
    ]);
    const hello = { name: "ann", protocol: 1, key: "k".repeat(16), client: "tab" };
    expect(machine.handle({ type: "opened" })).toEqual([
      { type: "transmit", text: JSON.stringify(hello) },
      { type: "timer", timer: "pong", ms: 10_000 },
    ]);
  });

  test("[P6] any frame is a sign of life; a ping has to be answered within 10 s, and the next is due in 25 s", () => {
    const machine = new ClientMachine();
    machine.join();
    expect(machine.receive("pong")).toEqual(waits(null));
    expect(machine.receive("no frame at all")).toEqual(waits(null));
    expect(machine.fire("ping")).toEqual(pinged(10_000, 25_000));
    expect(machine.receive("pong")).toEqual(waits(null));
  });

  test("[P11] what comes after a ping and is no pong may be older than the ping: it buys time, and answers nothing", () => {
    const machine = new ClientMachine();
    machine.join();
    machine.fire("ping");
    expect(machine.receive("no frame at all")).toEqual(waits(10_000));
    machine.handle({ type: "online" });
    expect(machine.receive("no frame at all")).toEqual(waits(3_000));
    expect(machine.receive("pong"), "of the first ping").toEqual(waits(3_000));
    expect(machine.receive("pong")).toEqual(waits(null));
    expect(machine.receive("pong"), "of nothing").toEqual(waits(null));
    machine.handle({ type: "online" });
    expect(machine.receive("no frame at all")).toEqual(waits(3_000));
  });

  test("[P11] a new connection owes no answer to the pings of the one before", () => {
    const machine = new ClientMachine();
    machine.join();
    machine.fire("ping");
    machine.fire("pong");
    machine.fire("reconnect");
    machine.join();
    expect(machine.receive("no frame at all")).toEqual(waits(null));
  });

  test("[P6] no pong in time: the client gives the socket up and comes back after a backoff", () => {
    const machine = new ClientMachine();
    machine.join();
    expect(machine.fire("pong")).toEqual([
      { type: "close" },
      { type: "status", status: "offline", retryMs: 250 },
      { type: "timer", timer: "reconnect", ms: 250 },
    ]);
    expect(machine.fire("reconnect")).toEqual(OPENS);
  });

  test("[D2] a hint that the network changed makes a client that waits come back at once, and one that lives ask", () => {
    const machine = new ClientMachine();
    machine.join();
    for (const type of ["online", "visible"] as const) {
      expect(machine.handle({ type })).toEqual(pinged(3_000, 25_000));
    }
    for (const type of ["offline", "visible"] as const) {
      expect(machine.handle({ type })).toEqual(pinged(3_000, 5_000));
    }
    machine.handle({ type: "closed", code: 1006, random: 0.5 });
    expect(machine.handle({ type: "offline" })).toEqual([]);
    expect(machine.handle({ type: "online" })).toEqual(OPENS);
    // The socket is only being opened: there is nobody to ask yet.
    for (const type of ["online", "visible", "offline"] as const)
      expect(machine.handle({ type })).toEqual([]);
    machine.handle({ type: "closed", code: 1006, random: 0.5 });
    expect(machine.handle({ type: "visible" })).toEqual(OPENS);
  });

  test("[D2] each loss waits longer, until a connection has been steady for 10 s", () => {
    const machine = new ClientMachine();
    expect(machine.join()).toContainEqual({ type: "timer", timer: "steady", ms: 10_000 });
    const retries = [1, 2, 3].map(() => {
      const effects = machine.handle({ type: "closed", code: 1006, random: 0.5 });
      machine.fire("reconnect");
      return only(effects, "status");
    });
    expect(retries.flat()).toMatchObject([{ retryMs: 250 }, { retryMs: 500 }, { retryMs: 1_000 }]);
    machine.fire("steady");
    expect(machine.handle({ type: "closed", code: 1006, random: 0.5 })).toContainEqual({
      type: "status",
      status: "offline",
      retryMs: 250,
    });
  });

  test("[D12] a full room is not tried again soon, and later losses do not make it sooner", () => {
    const machine = new ClientMachine();
    machine.join();
    const retries = Array.from({ length: 3 }, () => {
      const effects = machine.handle({ type: "closed", code: 4003, random: 0.5 });
      machine.fire("reconnect");
      return only(effects, "status");
    });
    expect(retries.flat()).toMatchObject([{ retryMs: 8_000 }, { retryMs: 15_000 }, { retryMs: 15_000 }]);
  });

  test("[P4] a superseded client says so, stays away, and comes back when it is started again", () => {
    const machine = new ClientMachine();
    machine.join();
    expect(machine.handle({ type: "closed", code: 4001, random: 0.5 })).toEqual([
      { type: "close" },
      { type: "status", status: "superseded", reason: "You joined from elsewhere." },
    ]);
    for (const type of ["online", "visible"] as const) expect(machine.handle({ type })).toEqual([]);
    expect(machine.handle({ type: "closed", code: 1006, random: 0.5 })).toEqual([]);
    expect(machine.handle({ type: "start" })).toEqual([
      ...OPENS,
      { type: "outbox", underWay: 0, items: [], epoch: "e", counter: 0 },
    ]);
  });

  test("[D11] what comes when no socket is open, or a timer that rings too late, does nothing", () => {
    const machine = new ClientMachine();
    expect(machine.handle({ type: "closed", code: 1006, random: 0.5 })).toEqual([]);
    machine.handle({ type: "start" });
    expect(machine.receive({ welcome: WELCOME })).toEqual([]);
    for (const timer of ["ping", "reconnect", "resend", "history", "steady", "typing"] as const) {
      expect(machine.fire(timer)).toEqual([]);
    }
    machine.handle({ type: "opened" });
    expect(only(machine.receive(eventsFrame(1, 1)), "messages")).toEqual([]);
    expect(machine.fire("history")).toEqual([]);
    machine.handle({ type: "closed", code: 1006, random: 0.5 });
    expect(machine.fire("resend")).toEqual([]);
  });
});

describe("a hello that is not taken", () => {
  test("[L2] a rate-limited hello is said again after the wait and some jitter, on the same socket", () => {
    const machine = new ClientMachine();
    machine.handle({ type: "start" });
    const hello = machine.handle({ type: "opened" });
    const effects = machine.receive({ refused: { code: "rate-limited", retryAfter: 700 } });
    expect(effects).toContainEqual({ type: "timer", timer: "resend", ms: 1_050 });
    expect(machine.fire("resend")).toEqual(hello);
  });

  test.each(["room-full", "too-many-sockets", "rate-limited", "busy"])(
    "[D12] %s passes: the client waits for the close, or to be let in",
    (code) => {
      const machine = new ClientMachine();
      machine.handle({ type: "start" });
      machine.handle({ type: "opened" });
      expect(only(machine.receive({ error: "Not now.", code }), "close", "status")).toEqual([]);
    },
  );

  test("[C4] a hello that is wrong is wrong for ever: the client gives up and says the room's sentence", () => {
    const machine = new ClientMachine();
    machine.handle({ type: "start" });
    machine.handle({ type: "opened" });
    expect(
      only(machine.receive({ error: "Name too long.", code: "name-too-long" }), "close", "status"),
    ).toEqual([
      { type: "close" },
      { type: "status", status: "refused", reason: "Name too long.", code: "name-too-long" },
    ]);
  });

  test("[D11] an error after the join ends nothing", () => {
    const machine = new ClientMachine();
    machine.join();
    expect(only(machine.receive({ error: "Hm.", code: "bad-frame" }), "close", "status")).toEqual([]);
  });
});

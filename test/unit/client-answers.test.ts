// A room that answers pings and no more; and what people are told while it asks them to wait.
import { describe, expect, test } from "vitest";
import { ClientMachine, eventsFrame, only, transmitted, WELCOME } from "../support/client-machine.ts";

const answer = (ms: number | null): object => ({ type: "timer", timer: "answer", ms });
const timers = (effects: ReturnType<ClientMachine["receive"]>): object[] =>
  effects.filter((effect) => effect.type === "timer" && effect.timer === "answer");
const own = { author: "me", client: "tab" };

describe("a message that is not answered", () => {
  test("[P11] for 15 s is a lost connection, whatever pongs say: the client comes back and sends it again", () => {
    const machine = new ClientMachine();
    machine.join();
    expect(timers(machine.handle({ type: "send", id: "one", message: "one" }))).toEqual([answer(15_000)]);
    expect(timers(machine.receive("pong"))).toEqual([]);
    expect(timers(machine.receive(eventsFrame(1, 1)))).toEqual([]);
    expect(only(machine.fire("answer"), "close", "status")).toEqual([
      { type: "close" },
      { type: "status", status: "offline", retryMs: 250 },
    ]);
    machine.fire("reconnect");
    machine.handle({ type: "opened" });
    expect(transmitted(machine.receive({ welcome: WELCOME }))).toEqual([{ message: "one", counter: 1 }]);
  });

  test("[P11] more that is said does not put the end off; an answer does, and the last one ends the wait", () => {
    const machine = new ClientMachine();
    machine.join();
    machine.say("one");
    expect(timers(machine.handle({ type: "send", id: "two", message: "two" }))).toEqual([]);
    expect(timers(machine.receive({ stored: 1 }))).toEqual([answer(15_000)]);
    expect(timers(machine.receive(eventsFrame(1, 1, { ...own, counter: 2 })))).toEqual([answer(null)]);
  });

  test("[P8] [P11] a refusal is an answer; what is refused is not under way until it is sent again", () => {
    const machine = new ClientMachine();
    machine.join();
    machine.say("one");
    const refused = machine.receive({ refused: { counter: 1, code: "rate-limited", retryAfter: 900 } });
    expect(timers(refused)).toEqual([answer(null)]);
    expect(only(refused, "outbox")).toMatchObject([{ underWay: 0, retryMs: 1_350 }]);
    expect(timers(machine.fire("resend"))).toEqual([answer(15_000)]);
  });

  test("[P11] the timer of a connection that is gone does nothing", () => {
    const machine = new ClientMachine();
    machine.join();
    machine.say("one");
    expect(machine.handle({ type: "closed", code: 1006, random: 0.5 })).toContainEqual({ type: "close" });
    expect(machine.fire("answer")).toEqual([]);
  });

  test("[P5] [P11] a page of history that does not come is asked for again after 15 s", () => {
    const machine = new ClientMachine();
    machine.join({ head: 60 });
    machine.handle({ type: "history", before: 50 });
    expect(transmitted(machine.fire("history"))).toEqual([{ history: { before: 50, limit: 100 } }]);
    expect(machine.receive({ history: { before: 50, events: [], more: false } })).toContainEqual({
      type: "timer",
      timer: "history",
      ms: null,
    });
  });
});

test("[P10] a join that is refused for now tells when the room is asked again", () => {
  const machine = new ClientMachine();
  machine.handle({ type: "start" });
  machine.handle({ type: "opened" });
  const effects = machine.receive({ refused: { code: "rate-limited", retryAfter: 60_000 } });
  expect(only(effects, "status")).toEqual([{ type: "status", status: "connecting", retryMs: 60_500 }]);
});

test("[P8] the outbox says how many of its messages are under way", () => {
  const machine = new ClientMachine();
  machine.join();
  const counts = Array.from({ length: 10 }, (_, i) =>
    only(machine.handle({ type: "send", id: `${i}`, message: `${i}` }), "outbox"),
  ).flat();
  expect(counts.map((event) => event.type === "outbox" && event.underWay)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 8, 8,
  ]);
});

test("[C6] what has nothing to see does not go out", () => {
  const machine = new ClientMachine();
  machine.join();
  expect(machine.say("\u200b")).toEqual([]);
});

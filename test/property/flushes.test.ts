// The room speaks in flushes: whatever comes when, everybody hears the same, once, in one order, and nothing waits for long.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { RoomEffect, Share } from "../../src/room/effects.ts";
import { MAX_FLUSH_MESSAGES, presenceWindowMs, windowMs } from "../../src/room/fan-out.ts";
import { fromAttachment, toAttachment } from "../../src/room/session.ts";
import type { Frame } from "../support/frames.ts";
import { prove } from "../support/prove.ts";
import type { Reached } from "../support/reached.ts";
import { RoomMachine } from "../support/room-machine.ts";

test("[D12] [P17] a window is never shorter in a larger room", async () => {
  await prove("[P17]", {
    runs: 200,
    states: ["longer", "as long"],
    arbitrary: fc.tuple(fc.nat(40_000), fc.nat(40_000)),
    holds: ([a, b], reached) => {
      const [small, large] = a < b ? [a, b] : [b, a];
      expect(windowMs(small)).toBeLessThanOrEqual(windowMs(large));
      expect(presenceWindowMs(small)).toBeLessThanOrEqual(presenceWindowMs(large));
      reached.add(windowMs(small) < windowMs(large) ? "longer" : "as long");
    },
  });
});

const FREE = { periodMs: 1, burst: 1_000_000 };
const CONFIG = { rates: { message: FREE, join: FREE }, maxSockets: 500, maxSocketsPerIdentity: 500 };

const steps = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ do: fc.constant("join"), who: fc.nat(9), n: fc.nat(3) }) },
    {
      weight: 24,
      arbitrary: fc.record({ do: fc.constant("say"), who: fc.nat(9), n: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("say"), who: fc.nat(9), n: fc.constant(1_050) }) },
    {
      weight: 12,
      arbitrary: fc.record({ do: fc.constantFrom("repeat", "leave"), who: fc.nat(9), n: fc.nat() }),
    },
    { weight: 16, arbitrary: fc.record({ do: fc.constant("wait"), who: fc.nat(), n: fc.nat(120) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("jump"),
        who: fc.nat(),
        n: fc.integer({ min: -50_000, max: 50_000 }),
      }),
    },
    {
      weight: 20,
      arbitrary: fc.record({ do: fc.constantFrom("drain", "drain", "sleep"), who: fc.nat(), n: fc.nat() }),
    },
  ),
  { minLength: 10, maxLength: 50, size: "max" },
);

interface Guest {
  readonly connection: string;
  readonly isDelivery: boolean;
  /** The newest seq that it was promised, or has heard. */
  newest: number;
  hasHeard: boolean;
  counter: number;
}

/** A room whose sockets are drained when the test says so, with a timer that goes by time, whatever the clock says. */
class Hall {
  guests: Guest[] = [];
  private readonly machine = new RoomMachine(CONFIG);
  private readonly reached: Reached;
  private readonly seqs = new Map<number, number>();
  private elapsed = 0;
  private timerAt: number | null = null;
  private isFlushing = false;
  private drainedAt = -Infinity;
  private jumps = 0;
  /** When each admitted message came that was not told yet, oldest first. */
  private waiting: number[] = [];
  private joins = 0;

  constructor(reached: Reached) {
    this.reached = reached;
    this.machine.isSlow = true;
    // It stays, and hears all.
    this.join(true, false);
    this.take(this.machine.grant());
  }

  private get told(): number {
    return this.guests[0]?.newest ?? 0;
  }

  private get window(): number {
    return windowMs(this.guests.length);
  }

  join(isDelivery: boolean, isBack: boolean): void {
    const connection = `c${++this.joins}`;
    const seq = isBack ? Math.floor(this.told / 2) : 0;
    if (this.waiting.length > 0) this.reached.add("joins while messages wait");
    if (this.isFlushing) this.reached.add("joins in a flush");
    const guest: Guest = { connection, isDelivery, newest: 0, hasHeard: false, counter: 0 };
    this.guests.push(guest);
    this.take(this.machine.accept(connection));
    const delivery = {
      protocol: 1,
      key: connection.padEnd(16, "k"),
      client: "tab",
      since: { epoch: "e", seq },
    };
    this.take(this.machine.say(connection, { name: connection, ...(isDelivery && delivery) }));
    expect(guest.newest, "[D2] [D7] a snapshot does not end at what was told").toBe(this.told);
    guest.hasHeard = true;
  }

  say(guest: Guest, counter: number): void {
    const isNew = counter > guest.counter;
    const isQuiet =
      this.waiting.length === 0 && !this.isFlushing && this.elapsed - this.drainedAt >= this.window;
    if (isNew) this.waiting.push(this.elapsed);
    else if (this.waiting.length > 0) this.reached.add("repeats while messages wait");
    guest.counter = counter;
    const before = this.told;
    this.take(this.machine.say(guest.connection, { message: "hi", ...(guest.isDelivery && { counter }) }));
    if (!isNew || !isQuiet || this.jumps > 0) return;
    expect(this.told, "[P17] a quiet room keeps a message back").toBe(before + 1);
    this.reached.add("told at once");
  }

  leave(guest: Guest): void {
    this.guests = this.guests.filter((one) => one !== guest);
    this.take(this.machine.close(guest.connection));
  }

  jump(ms: number): void {
    this.jumps += 1;
    this.machine.now += ms;
    this.reached.add(ms < 0 ? "clock back" : "clock forward");
  }

  wait(ms: number): void {
    for (const end = this.elapsed + ms; this.elapsed < end;) {
      const next = Math.min(end, this.timerAt ?? end);
      this.machine.now += next - this.elapsed;
      this.elapsed = next;
      if (this.timerAt !== next) continue;
      this.timerAt = null;
      this.take(this.machine.handle({ type: "flush" }));
      const [oldest] = this.waiting;
      if (oldest === undefined || this.isFlushing) continue;
      // A clock that went back begins the window anew.
      const bound = this.window * (1 + this.jumps);
      expect(next - Math.max(oldest, this.drainedAt), "[P17] a message waits").toBeLessThanOrEqual(bound);
    }
  }

  drain(): void {
    if (!this.isFlushing) return;
    this.isFlushing = false;
    this.drainedAt = this.elapsed;
    this.jumps = 0;
    this.take(this.machine.handle({ type: "drained" }));
    if (this.waiting.length > 0) expect(this.timerAt, "[P17] nobody wakes the room").not.toBeNull();
  }

  sleep(): void {
    if (!this.machine.room.isQuiet) return;
    this.reached.add("sleeps");
    const kept = [...this.machine.room.sessions.values()].map((session) => toAttachment(session));
    this.machine.restart(kept.flatMap((one) => fromAttachment(structuredClone(one)) ?? []));
    this.timerAt = null;
  }

  /** Everything leaves; then everybody knows the whole log, and each counter stands in it once. */
  settle(): void {
    for (let i = 0; i < 100 && (this.waiting.length > 0 || this.isFlushing || this.timerAt !== null); i++) {
      this.drain();
      this.wait(200);
    }
    const { log } = this.machine;
    for (const { newest } of this.guests)
      expect(newest, "[D2] [D7] somebody misses the last ones").toBe(log.head);
    const senders = log.after(0, log.head).map(({ author, counter }) => `${author} ${counter}`);
    const numbered = senders.filter((sender) => !sender.startsWith(" "));
    expect(new Set(numbered).size, "[D3] a counter is stored twice").toBe(numbered.length);
  }

  private take(effects: readonly RoomEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "append")
        for (const { seq, timestamp } of effect.messages) this.seqs.set(timestamp, seq);
      if (effect.type === "flush-after") this.timerAt = this.elapsed + effect.ms;
      if (effect.type === "send") this.hear(effect.to, effect.frame);
      if (effect.type === "fan-out") this.tell(effect.shares);
    }
  }

  private tell(shares: readonly Share[]): void {
    expect(this.isFlushing, "[P17] two flushes at once").toBe(false);
    this.isFlushing = true;
    const before = this.told;
    for (const { to, frames } of shares)
      for (const connection of to) for (const frame of frames) this.hear(connection, frame);
    const count = this.told - before;
    this.waiting.splice(0, count);
    expect(count, "[P17] a flush of too many").toBeLessThanOrEqual(MAX_FLUSH_MESSAGES);
    if (count > 1) this.reached.add("flushes of many");
    if (count === MAX_FLUSH_MESSAGES) this.reached.add("full flushes");
  }

  private hear(connection: string, text: string): void {
    const guest = this.guests.find((one) => one.connection === connection);
    if (guest === undefined) return expect.fail("[D7] somebody who has left is told something");
    const frame = JSON.parse(text) as Frame;
    const { welcome, events, presence, message, timestamp } = frame;
    if (welcome !== undefined && welcome.head > 0) this.reached.add("snapshots");
    for (const one of events ?? []) this.next(guest, one.timestamp, one.seq);
    if (message !== undefined && timestamp !== undefined) this.next(guest, timestamp, null);
    if (presence !== undefined)
      this.reached.add(events === undefined ? "presence alone" : "presence with messages");
  }

  /** A message comes: written before, and the next one for its hearer. */
  private next(guest: Guest, timestamp: number, said: number | null): void {
    const seq = this.seqs.get(timestamp);
    if (seq === undefined || (said !== null && said !== seq))
      return expect.fail("[D6] [D1] told, and not written");
    // Where a snapshot begins is shown by its first message.
    if (guest.hasHeard)
      expect(seq, "[D1] [D2] [D3] a hole, a repeat or another order").toBe(guest.newest + 1);
    guest.hasHeard = true;
    guest.newest = seq;
  }
}

test("[D1] [D2] [D3] [D4] [D6] [D7] [P17] everybody hears all of the room from its join on, once and in one order, and nothing waits", async () => {
  await prove("[P17] flushes", {
    runs: 120,
    states: [
      "flushes of many",
      "full flushes",
      "told at once",
      "joins while messages wait",
      "joins in a flush",
      "snapshots",
      "repeats while messages wait",
      "presence with messages",
      "presence alone",
      "sleeps",
      "clock back",
      "clock forward",
    ],
    arbitrary: steps,
    holds: (list, reached) => {
      const hall = new Hall(reached);
      for (const step of list) {
        const guest = hall.guests[step.who % hall.guests.length];
        if (guest === undefined) continue;
        if (step.do === "join") hall.join(step.n % 2 === 0, step.n > 1);
        else if (step.do === "say") for (let i = 0; i < step.n; i++) hall.say(guest, guest.counter + 1);
        else if (step.do === "repeat" && guest.isDelivery && guest.counter > 0)
          hall.say(guest, guest.counter);
        else if (step.do === "leave" && guest !== hall.guests[0]) hall.leave(guest);
        else if (step.do === "wait") hall.wait(step.n);
        else if (step.do === "jump") hall.jump(step.n);
        else if (step.do === "drain") hall.drain();
        else if (step.do === "sleep") hall.sleep();
      }
      hall.settle();
    },
  });
});

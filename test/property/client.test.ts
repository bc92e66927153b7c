import fc from "fast-check";
import { expect, test } from "vitest";
import { Connection } from "../../src/client/connection.ts";
import type { ClientEffect } from "../../src/client/events.ts";
import { Reached } from "../support/reached.ts";
import { type Socket, World } from "../support/world.ts";

/** The client machine wired to the simulated room: what it transmits arrives, what the room sends it gets, as the steps say. */
class Harness {
  readonly world = new World();
  readonly shown: { seq: number; message: string }[] = [];
  readonly gaps: number[] = [];
  socket: Socket | null = null;
  timers = new Set<string>();
  unconfirmed = 0;
  private delivered = 0;
  private said = 0;
  private readonly connection: Connection;

  constructor() {
    this.connection = new Connection({ name: "ann", key: "a key of sixteen or more", client: "tab" });
    this.perform(this.connection.handle({ type: "start" }));
  }

  say(): void {
    const message = `m${++this.said}`;
    this.perform(this.connection.handle({ type: "send", id: message, message }));
  }

  get sent(): number {
    return this.said;
  }

  /** The client reads up to `count` frames that the room has sent. */
  read(count: number): void {
    for (let i = 0; i < count && this.socket !== null; i++) {
      const frame = this.socket.frames[this.delivered];
      if (frame === undefined) break;
      this.delivered += 1;
      this.perform(this.connection.handle({ type: "frame", frame: JSON.stringify(frame), random: 0.5 }));
    }
    if (this.socket !== null && this.socket.closed !== null && this.delivered >= this.socket.frames.length) {
      this.lose(this.socket.closed);
    }
  }

  /** The connection breaks; unread frames are gone. The room hears of it at once, or only when it is superseded. */
  drop(isSeen: boolean): void {
    if (this.socket === null) return;
    if (isSeen) this.world.leave(this.socket);
    this.lose(1006);
  }

  fire(): void {
    for (const timer of [...this.timers]) {
      if (timer !== "reconnect" && timer !== "resend") continue;
      this.timers.delete(timer);
      this.perform(this.connection.handle({ type: "timer", timer, random: 0.5 }));
    }
  }

  private lose(code: number): void {
    this.socket = null;
    this.perform(this.connection.handle({ type: "closed", code, random: 0.5 }));
  }

  private perform(effects: readonly ClientEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "open") {
        this.socket = this.world.connect("address");
        this.delivered = 0;
        this.perform(this.connection.handle({ type: "opened" }));
      } else if (effect.type === "close") this.socket = null;
      else if (effect.type === "transmit" && this.socket !== null) this.world.say(this.socket, effect.text);
      else if (effect.type === "timer") {
        if (effect.ms === null) this.timers.delete(effect.timer);
        else this.timers.add(effect.timer);
      } else if (effect.type === "messages") this.shown.push(...effect.messages);
      else if (effect.type === "outbox") this.unconfirmed = effect.items.length;
    }
  }
}

type Step =
  | { readonly do: "say" | "settle" | "fire" | "hibernate" | "crash" | "ask" }
  | { readonly do: "read"; readonly count: number }
  | { readonly do: "drop"; readonly isSeen: boolean }
  | { readonly do: "wait"; readonly ms: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("say", "say", "settle", "fire") }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("hibernate", "crash", "ask") }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("read"), count: fc.integer({ min: 1, max: 9 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("drop"), isSeen: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.integer({ min: 1, max: 20_000 }) }) },
  ) as fc.Arbitrary<Step>,
  { minLength: 5, maxLength: 60, size: "max" },
);

test("[D2] [D3] [D4] whatever breaks, everything said is stored once, in order, and shown once", () => {
  const reached = new Reached("said", "drops", "unseen drops", "crashes", "refusals", "reconnects");
  fc.assert(
    fc.property(steps, (all) => {
      const harness = new Harness();
      const { world } = harness;
      for (const step of all) {
        if (step.do === "say") harness.say();
        else if (step.do === "settle") world.settle();
        else if (step.do === "ask") world.ask();
        else if (step.do === "fire") harness.fire();
        else if (step.do === "hibernate") world.hibernate();
        else if (step.do === "crash") world.crash();
        else if (step.do === "read") harness.read(step.count);
        else if (step.do === "wait") world.advance(step.ms);
        else if (step.do === "drop") {
          if (harness.socket !== null) reached.add(step.isSeen ? "drops" : "unseen drops");
          harness.drop(step.isSeen);
        }
      }
      // Time heals: every timer fires, every frame arrives, the budget fills.
      for (
        let round = 0;
        round < 200 && (harness.unconfirmed > 0 || harness.shown.length < harness.sent);
        round++
      ) {
        world.settle();
        harness.read(1_000);
        world.advance(5_000);
        harness.fire();
      }
      const expected = Array.from({ length: harness.sent }, (_, i) => `m${i + 1}`);
      expect(world.log.after(0, 1_000).map(({ message }) => message)).toEqual(expected);
      expect(harness.shown.map(({ message }) => message)).toEqual(expected);
      expect(harness.unconfirmed).toBe(0);
      reached.add("said", harness.sent);
      reached.add("crashes", world.counts.crashes);
      reached.add("refusals", world.counts.refusals);
      reached.add("reconnects", world.sockets.size - 1);
    }),
    { numRuns: 1_000 },
  );
  reached.report("[D2] [D3] [D4] client");
});

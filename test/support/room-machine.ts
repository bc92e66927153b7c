// The room's machine in a test's hand: an event goes in, effects come out as they are, and only writes are performed.
import { type Grant, NO_DEBTS } from "../../src/rate-limit/budget.ts";
import type { RoomConfig } from "../../src/room/config.ts";
import type { RoomEffect, RoomEvent } from "../../src/room/effects.ts";
import { presenceWindowMs, windowMs } from "../../src/room/fan-out.ts";
import { Room } from "../../src/room/room.ts";
import type { Session } from "../../src/room/session.ts";
import { MemoryLedger } from "./memory-ledger.ts";
import { MemoryLog } from "./memory-log.ts";
import { CONFIG } from "./world.ts";

/** A first frame of the delivery protocol. */
export const DELIVERY = { name: "del", protocol: 1, key: "k".repeat(16), client: "tab" };

/** A grant of a budget of which nothing is owed. */
export const grantOf = (term: string, fields: Partial<Grant> = {}): Grant => ({
  term,
  debts: NO_DEBTS,
  spent: null,
  ...fields,
});

/** The window of a small room. */
const FLUSH_MS = windowMs(0);

/** An event without its time. */
type Happening = RoomEvent extends infer E ? (E extends RoomEvent ? Omit<E, "now"> : never) : never;

export class RoomMachine {
  now = 1_000_000;
  /** Whether the test says itself when a flush is drained. */
  isSlow = false;
  room: Room;
  readonly log: MemoryLog;
  readonly ledger = new MemoryLedger();
  private readonly config: RoomConfig;

  constructor(
    config: Partial<RoomConfig> = {},
    restored: readonly Session[] = [],
    log: MemoryLog = new MemoryLog("e"),
  ) {
    this.config = { ...CONFIG, ...config };
    this.log = log;
    this.room = this.wake(restored);
  }

  /** Memory is lost: a crash, or with the sessions that its attachments keep, a sleep. */
  restart(restored: readonly Session[] = []): void {
    this.room = this.wake(restored);
  }

  /** What the event led to. A flush is drained at once, and the next one is due: only presence is waited for. */
  handle(event: Happening): readonly RoomEffect[] {
    const all: RoomEffect[] = [];
    const events: RoomEvent[] = [{ ...event, now: this.now }];
    for (let next = events.shift(); next !== undefined; next = events.shift()) {
      const effects = this.perform(next);
      all.push(...effects);
      if (this.isSlow) continue;
      if (of("fan-out", effects).length > 0) events.push({ type: "drained", now: this.now });
      const soon = of("flush-after", effects).find(({ ms }) => ms <= FLUSH_MS);
      if (soon !== undefined) events.push({ type: "flush", now: this.now + soon.ms });
    }
    return all;
  }

  /** Presence is due. */
  flush(): readonly RoomEffect[] {
    this.now += presenceWindowMs(0);
    return this.handle({ type: "flush" });
  }

  private perform(event: RoomEvent): readonly RoomEffect[] {
    const effects = this.room.handle(event);
    for (const effect of effects) {
      if (effect.type === "append") this.log.append(effect.messages);
      else if (effect.type === "name-log") this.log.name();
      else if (effect.type === "forget") this.log.forget(`${this.log.epoch}'`);
      else if (effect.type === "budgets") this.ledger.write(effect.rows);
      else if (effect.type === "drop-budgets") this.ledger.drop(effect.identities);
    }
    return effects;
  }

  accept(connection: string, identity = "address"): readonly RoomEffect[] {
    return this.handle({ type: "accepted", connection, identity });
  }

  say(connection: string, frame: object): readonly RoomEffect[] {
    return this.handle({ type: "frame", connection, frame: JSON.stringify(frame) });
  }

  /** The limiter's answer to `take`; null: none came. */
  grant(grant: Grant | null = grantOf("t1"), identity = "address"): readonly RoomEffect[] {
    return this.handle({ type: "granted", identity, grant });
  }

  yield(term = "t1", identity = "address", isCheck = false): readonly RoomEffect[] {
    return this.handle({ type: "yield", identity, term, isCheck });
  }

  alarm(heard: ReadonlyMap<string, number> = new Map()): readonly RoomEffect[] {
    return this.handle({ type: "alarm", heard });
  }

  close(connection: string): readonly RoomEffect[] {
    return this.handle({ type: "closed", connection });
  }

  /** Accepts a connection and admits its first frame: what that led to. The first of an identity takes its budget. */
  join(
    connection: string,
    hello: object = { name: connection },
    identity = "address",
  ): readonly RoomEffect[] {
    this.accept(connection, identity);
    const effects = this.say(connection, hello);
    const isWaiting = this.room.sessions.get(connection)?.waiting.length === 1;
    return isWaiting ? this.grant(grantOf("t1"), identity) : effects;
  }

  private wake(restored: readonly Session[]): Room {
    const { config, log, ledger } = this;
    return new Room({ config, log, ledger, authorOf: (key) => `hash of ${key}` }, restored);
  }
}

/** What was sent, to whom, in order. */
export const sent = (effects: readonly RoomEffect[]): (readonly [to: string, frame: unknown])[] =>
  effects.flatMap((effect) => {
    if (effect.type === "send") return [[effect.to, JSON.parse(effect.frame) as unknown] as const];
    if (effect.type !== "fan-out") return [];
    return effect.shares.flatMap(({ to, frames }) =>
      frames.map((frame) => [to.join(" "), JSON.parse(frame) as unknown] as const),
    );
  });

/** The effects of one type. */
export function of<T extends RoomEffect["type"]>(
  type: T,
  effects: readonly RoomEffect[],
): Extract<RoomEffect, { type: T }>[] {
  return effects.filter((effect): effect is Extract<RoomEffect, { type: T }> => effect.type === type);
}

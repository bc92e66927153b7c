// The room's machine in a test's hand: an event goes in, effects come out as they are, and only appends are performed.
import type { ChargeReply } from "../../src/rate-limit/charge.ts";
import type { RoomConfig } from "../../src/room/config.ts";
import type { RoomEffect, RoomEvent } from "../../src/room/effects.ts";
import { Room } from "../../src/room/room.ts";
import type { Session } from "../../src/room/session.ts";
import { MemoryLog } from "./memory-log.ts";
import { CONFIG } from "./world.ts";

export const GRANTED: ChargeReply = { granted: 1, retryAfter: 0, pass: false };
/** A first frame of the delivery protocol. */
export const DELIVERY = { name: "del", protocol: 1, key: "k".repeat(16), client: "tab" };

/** An event without its time. */
type Happening = RoomEvent extends infer E ? (E extends RoomEvent ? Omit<E, "now"> : never) : never;

export class RoomMachine {
  now = 1_000_000;
  readonly log: MemoryLog;
  readonly room: Room;

  constructor(
    config: Partial<RoomConfig> = {},
    restored: readonly Session[] = [],
    log: MemoryLog = new MemoryLog("e"),
  ) {
    this.log = log;
    const ports = { config: { ...CONFIG, ...config }, log, authorOf: (key: string) => `hash of ${key}` };
    this.room = new Room(ports, restored);
  }

  handle(event: Happening): readonly RoomEffect[] {
    const effects = this.room.handle({ ...event, now: this.now });
    for (const effect of effects) if (effect.type === "append") this.log.append(effect.messages);
    return effects;
  }

  accept(connection: string, identity = "address"): readonly RoomEffect[] {
    return this.handle({ type: "accepted", connection, identity });
  }

  say(connection: string, frame: object): readonly RoomEffect[] {
    return this.handle({ type: "frame", connection, frame: JSON.stringify(frame) });
  }

  answer(connection: string, reply: ChargeReply | null = GRANTED): readonly RoomEffect[] {
    return this.handle({ type: "charged", connection, reply });
  }

  close(connection: string): readonly RoomEffect[] {
    return this.handle({ type: "closed", connection });
  }

  /** Accepts a connection and admits its first frame: what the join led to. */
  join(connection: string, hello: object = { name: connection }, reply = GRANTED): readonly RoomEffect[] {
    this.accept(connection);
    this.say(connection, hello);
    return this.answer(connection, reply);
  }
}

/** What was sent, to whom, in order. */
export const sent = (effects: readonly RoomEffect[]): (readonly [to: string, frame: unknown])[] =>
  effects.flatMap((effect) =>
    effect.type === "send" ? [[effect.to.join(" "), JSON.parse(effect.frame) as unknown] as const] : [],
  );

/** The effects of one type. */
export function of<T extends RoomEffect["type"]>(
  type: T,
  effects: readonly RoomEffect[],
): Extract<RoomEffect, { type: T }>[] {
  return effects.filter((effect): effect is Extract<RoomEffect, { type: T }> => effect.type === type);
}

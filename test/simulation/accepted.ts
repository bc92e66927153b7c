// What a room accepted, and when it decided so, read from what it is asked and from its effects: the limit laws are judged by it.
import { decodeClientFrame } from "../../src/protocol/codec.ts";
import type { Kind } from "../../src/rate-limit/budget.ts";
import type { RoomEffect, RoomEvent } from "../../src/room/effects.ts";
import { type Session, speaksDelivery } from "../../src/room/session.ts";

export interface Accepted {
  /** By the sender's name, which is nobody else's. */
  readonly name: string;
  readonly kind: Kind;
  /** Without holding the budget: its limiter was silent (L9). */
  readonly isAlone: boolean;
  /** The instant of the decision, in virtual time: a message is written later. */
  readonly at: number;
}

interface Offer {
  readonly session: Session;
  readonly message: string;
  readonly counter: number;
}

interface Decision extends Offer {
  readonly isAlone: boolean;
  readonly at: number;
}

/** The decisions of one instance of a room. Nobody says the same twice, so a message is known by its text. */
export class Decisions {
  /** Of what is not written: the last decision counts, what was refused is offered again. */
  private readonly open = new Map<string, Decision>();
  private offers: readonly Offer[] = [];

  /** An event is about to be handled; returns how many messages it lets the room decide. */
  before(event: RoomEvent, sessions: ReadonlyMap<string, Session>): number {
    this.offers = offersOf(event, sessions).filter(
      // What is admitted already is not decided again.
      ({ session, counter }) => counter === 0 || counter > session.counter,
    );
    return this.offers.length;
  }

  /** It was handled; returns what it made final. `isJoined`: whether a connection had joined before. */
  after(
    event: RoomEvent,
    effects: readonly RoomEffect[],
    at: number,
    isJoined: (connection: string) => boolean,
  ): readonly Accepted[] {
    const isAlone = event.type === "granted" && !isHeld(event.identity, effects);
    for (const offer of this.offers) this.open.set(offer.message, { ...offer, isAlone, at });
    return effects.flatMap((effect): Accepted[] => {
      if (effect.type === "append") {
        return effect.messages.map(({ name, message }) => {
          const decision = this.open.get(message);
          this.open.delete(message);
          return { name, kind: "message", isAlone: decision?.isAlone ?? false, at: decision?.at ?? at };
        });
      }
      if (effect.type !== "attach" || effect.session.joined === null) return [];
      const { connection, joined } = effect.session;
      return isJoined(connection) ? [] : [{ name: joined.name, kind: "join", isAlone, at }];
    });
  }

  /** Messages with a counter that are admitted and not written: a crash loses them. */
  get pending(): string[] {
    return [...this.open.values()]
      .filter(({ session, counter }) => counter > 0 && counter <= session.counter)
      .map(({ message }) => message);
  }
}

function offersOf(event: RoomEvent, sessions: ReadonlyMap<string, Session>): Offer[] {
  if (event.type === "frame") {
    const session = sessions.get(event.connection);
    if (session === undefined) return [];
    const decoded = decodeClientFrame(event.frame, speaksDelivery(session));
    return decoded.ok && decoded.value.kind === "message" ? [{ session, ...decoded.value }] : [];
  }
  if (event.type !== "granted") return [];
  return [...sessions.values()]
    .filter(({ identity }) => identity === event.identity)
    .flatMap((session) =>
      session.waiting.flatMap((action) => (action.kind === "message" ? [{ session, ...action }] : [])),
    );
}

/** A grant is written in the turn in which it came. */
const isHeld = (identity: string, effects: readonly RoomEffect[]): boolean =>
  effects.some(
    (effect) =>
      effect.type === "budgets" &&
      effect.rows.some((row) => row.identity === identity && row.state === "held"),
  );

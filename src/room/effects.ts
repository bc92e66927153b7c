// What can happen to a room, and what it wants done about it. The shell performs effects in the order given.
import type { ChatMessage } from "../protocol/messages.ts";
import type { Grant, Yielded } from "../rate-limit/budget.ts";
import type { BudgetRow } from "./budget-ledger.ts";
import type { Session } from "./session.ts";

/** `now` is the room's clock in ms; `frame` is whatever arrived; `author` the hash of the key in a first frame. */
export type RoomEvent =
  | {
      readonly type: "accepted";
      readonly now: number;
      readonly connection: string;
      readonly identity: string;
    }
  | { readonly type: "frame"; readonly now: number; readonly connection: string; readonly frame: unknown }
  /** The limiter's answer to `take`. null: none came in time (L9). */
  | {
      readonly type: "granted";
      readonly now: number;
      readonly identity: string;
      readonly grant: Grant | null;
    }
  /** The limiter wants a budget back; the answer is the effect `yielded`. */
  | {
      readonly type: "yield";
      readonly now: number;
      readonly identity: string;
      readonly term: string;
      /** Only if nobody here has a use for it. */
      readonly isCheck: boolean;
    }
  /** The limiter has heard `give-back`. */
  | { readonly type: "returned"; readonly now: number; readonly identity: string }
  | { readonly type: "closed"; readonly now: number; readonly connection: string }
  | { readonly type: "slow"; readonly now: number; readonly connection: string }
  /** The time of `flush-after` is over. */
  | { readonly type: "flush"; readonly now: number }
  /** A `fan-out` is committed, and written to every socket. */
  | { readonly type: "drained"; readonly now: number }
  | { readonly type: "erase"; readonly now: number; readonly epoch: string }
  | {
      readonly type: "alarm";
      readonly now: number;
      /** When each connection was last heard by the runtime's auto-response; absent: never. */
      readonly heard: ReadonlyMap<string, number>;
    };

/** The same frames, in this order, for some connections. */
export interface Share {
  readonly to: readonly string[];
  readonly frames: readonly string[];
}

export type RoomEffect =
  /** Write these messages; `json` is them as one text. Always stands before the frames that show them (D6). */
  | { readonly type: "append"; readonly messages: readonly ChatMessage[]; readonly json: string }
  /** Write the log's epoch. Stands before the first welcome that says it. */
  | { readonly type: "name-log" }
  /** A frame for one connection, at once. */
  | { readonly type: "send"; readonly to: string; readonly frame: string }
  /** A flush; that it is out comes back as `drained`, and only then the next one begins. */
  | { readonly type: "fan-out"; readonly shares: readonly Share[] }
  /** Keep the session in its socket's attachment. */
  | { readonly type: "attach"; readonly session: Session }
  /** The connection is gone for the room: forget its attachment and close its socket. */
  | {
      readonly type: "close";
      readonly connection: string;
      readonly code: number;
      readonly reason: string;
    }
  /** Ask the limiter for an identity's budget; the answer comes back as `granted`. */
  | { readonly type: "take"; readonly identity: string }
  /** null: the budget stays here. */
  | { readonly type: "yielded"; readonly answer: Yielded | null }
  /** The budget goes back to the limiter; that it was heard comes back as `returned`. */
  | {
      readonly type: "give-back";
      readonly identity: string;
      readonly term: string;
      readonly left: Yielded;
    }
  /** Write these rows of the ledger. Stands before the frames that show what was admitted (L6). */
  | { readonly type: "budgets"; readonly rows: readonly BudgetRow[] }
  | { readonly type: "drop-budgets"; readonly identities: readonly string[] }
  /** Say `flush` after so many milliseconds, instead of when it was asked for before: the only timer a room holds. */
  | { readonly type: "flush-after"; readonly ms: number }
  /** Drop messages with seq <= `through`, and what is known of senders not seen since `before`. */
  | { readonly type: "trim"; readonly through: number; readonly before: number }
  | { readonly type: "erase"; readonly epoch: string }
  /** Nothing is left that anybody could ask for: delete the storage. The log goes on under a new epoch. */
  | { readonly type: "forget" }
  /** Wake the room at this instant (room's clock), unless it is to wake earlier. */
  | { readonly type: "alarm-by"; readonly at: number };

/** What one event has led to, in the order in which the shell performs it. */
export class Effects {
  private list: RoomEffect[] = [];

  /** An event begins: what one that broke off led to is void. */
  begin(): void {
    this.list = [];
  }

  emit(effect: RoomEffect): void {
    this.list.push(effect);
  }

  send(to: string, frame: string): void {
    this.emit({ type: "send", to, frame });
  }

  get all(): readonly RoomEffect[] {
    return this.list;
  }
}

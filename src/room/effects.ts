// What can happen to a room, and what it wants done about it. The shell performs effects in the order given.
import type { Charge, ChargeReply } from "../rate-limit/charge.ts";
import type { ChatMessage } from "../protocol/messages.ts";
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
  | {
      readonly type: "charged";
      readonly now: number;
      readonly connection: string;
      /** null: the limiter could not be reached in time (L9). */
      readonly reply: ChargeReply | null;
    }
  | { readonly type: "closed"; readonly now: number; readonly connection: string }
  | { readonly type: "slow"; readonly now: number; readonly connection: string }
  | { readonly type: "flush"; readonly now: number }
  | { readonly type: "erase"; readonly now: number; readonly epoch: string }
  | {
      readonly type: "alarm";
      readonly now: number;
      /** When each connection was last heard by the runtime's auto-response; absent: never. */
      readonly heard: ReadonlyMap<string, number>;
    };

export type RoomEffect =
  /** Write these messages. Always stands before the frames that show them (D6). */
  | { readonly type: "append"; readonly messages: readonly ChatMessage[] }
  | { readonly type: "send"; readonly to: readonly string[]; readonly frame: string }
  /** Keep the session in its socket's attachment. */
  | { readonly type: "attach"; readonly session: Session }
  /** The connection is gone for the room: forget its attachment and close its socket. */
  | {
      readonly type: "close";
      readonly connection: string;
      readonly code: number;
      readonly reason: string;
    }
  /** Ask the limiter; the answer comes back as `charged`. */
  | {
      readonly type: "charge";
      readonly connection: string;
      readonly identity: string;
      readonly charge: Charge;
    }
  /** Give an unused pass back. */
  | { readonly type: "release"; readonly identity: string; readonly holder: string }
  /** Say `flush` after so many milliseconds: the only timer a room holds. */
  | { readonly type: "flush-after"; readonly ms: number }
  /** Drop messages with seq <= `through`, and what is known of senders not seen since `before`. */
  | { readonly type: "trim"; readonly through: number; readonly before: number }
  | { readonly type: "erase"; readonly epoch: string }
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

  /** A frame for these connections; nothing where there is nobody. */
  send(to: readonly string[], frame: string): void {
    if (to.length > 0) this.emit({ type: "send", to, frame });
  }

  get all(): readonly RoomEffect[] {
    return this.list;
  }
}

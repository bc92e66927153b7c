// What can happen to a client's connection, and what it wants done about it. The shell performs effects in the order given.
import type { ChatMessage, ErrorCode, Gap, Limits, Member } from "../protocol/messages.ts";
import type { SavedOutbox } from "./outbox.ts";

/** "superseded": the same author and tag came from elsewhere. "refused": the room will never take this client as it is. */
export type Status = "connecting" | "live" | "offline" | "superseded" | "refused";
export type Timer = "reconnect" | "resend" | "ping" | "pong" | "steady" | "history" | "answer" | "typing";
/** What the device says of its network, and that somebody looks again. */
export type DeviceHint = "online" | "offline" | "visible";

/** What an app wants of its connection; `id` names a message for the app. */
export type AppWish =
  /** Somebody types: to be said at each stroke. The others hear of it where the room tells it, and not too often. */
  | { readonly type: "typed" }
  /** Reconnects or probes at once. */
  | { readonly type: DeviceHint }
  /** Forgets a message that failed for good. */
  | { readonly type: "discard"; readonly id: string }
  /** Takes back a message that never was on a wire; a `withdrawn` event tells whether that was so. */
  | { readonly type: "withdraw"; readonly id: string }
  /** Asks for a page of messages before a seq; a `history` event answers. */
  | { readonly type: "history"; readonly before: number };

/** What happens to a connection. `random` is uniform in [0, 1). */
export type ClientEvent =
  | AppWish
  /** A message is queued; `outbox`, `confirmed` and `placed` events tell what becomes of it. */
  | { readonly type: "send"; readonly id: string; readonly message: string }
  | { readonly type: "start" | "opened" }
  | { readonly type: "frame"; readonly frame: unknown; readonly random: number }
  | { readonly type: "closed"; readonly code: number; readonly random: number }
  | { readonly type: "timer"; readonly timer: Timer; readonly random: number };

/** What the shell does itself. */
type ShellEffect =
  /** A new socket; the one before is given up, as by "close". */
  | { readonly type: "open" }
  /** The socket and all timers are given up. */
  | { readonly type: "close" }
  | { readonly type: "transmit"; readonly text: string }
  /** Arms the named timer anew; null disarms it. */
  | { readonly type: "timer"; readonly timer: Timer; readonly ms: number | null };

/** What the app hears of. */
export type AppEvent =
  /** `retryMs`: when the next attempt is made, or the room asked again; `reason`: the room's sentence, where it said one. */
  | {
      readonly type: "status";
      readonly status: Status;
      readonly retryMs?: number | undefined;
      readonly reason?: string | undefined;
      /** Of "refused": what is wrong with the hello. */
      readonly code?: ErrorCode | undefined;
    }
  /**
   * The room let us in. Messages follow behind the seq `after` (null: the first one will say it) to `head` and on.
   * Not `resumed`, although there were messages before: a `reset` comes next.
   */
  | {
      readonly type: "joined";
      readonly author: string;
      readonly epoch: string;
      readonly resumed: boolean;
      readonly after: number | null;
      readonly head: number;
      readonly limits: Limits;
    }
  /** What was shown belongs to a log that is gone, or has no link to what follows. */
  | { readonly type: "reset" }
  /** Missed, and not coming by themselves; a page of history may still have them. */
  | { readonly type: "gap"; readonly gap: Gap }
  /** Messages that were never shown before, in order. */
  | { readonly type: "messages"; readonly messages: readonly ChatMessage[] }
  | { readonly type: "history"; readonly messages: readonly ChatMessage[]; readonly more: boolean }
  /**
   * What is not confirmed yet, in order; follows every change. Of what has not failed the first `underWay` are sent.
   * `retryMs`: in which time what was refused just now is sent again.
   */
  | ({
      readonly type: "outbox";
      readonly underWay: number;
      readonly retryMs?: number | undefined;
    } & SavedOutbox)
  /** Own messages that are stored: whatever crashes now, they are not lost (D5). */
  | { readonly type: "confirmed"; readonly ids: readonly string[] }
  /** The place of an own message that is stored; null where it was in what the client missed for good. */
  | { readonly type: "placed"; readonly id: string; readonly seq: number | null }
  /** An answer to a withdrawal: whether the message never was on a wire, and is forgotten. */
  | { readonly type: "withdrawn"; readonly id: string; readonly isGone: boolean }
  /** Somebody else types, just now; there is no word of its end. */
  | { readonly type: "typing"; readonly member: Member }
  /** `members` is null where the room is too large for a roster. */
  | { readonly type: "roster"; readonly members: readonly Member[] | null; readonly count: number }
  /** People, not connections: an author's second tab, or a new connection of somebody who is here, is no news. */
  | { readonly type: "arrived"; readonly members: readonly Member[] }
  | { readonly type: "left"; readonly members: readonly Member[] };

export type ClientEffect = ShellEffect | AppEvent;

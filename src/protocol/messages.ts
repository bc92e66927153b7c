// What crosses the wire, as types. SPEC.md says the same in words; codec.ts turns untrusted text into these.

/** Codes that a program may act on. A code, once published, keeps its meaning. SPEC.md lists them. */
export type ErrorCode =
  | "bad-frame"
  | "frame-too-large"
  | "name-too-long"
  | "message-too-long"
  | "message-empty"
  | "rate-limited"
  | "busy"
  | "out-of-order"
  | "room-full"
  | "too-many-sockets";

/** Close codes of the application range, and why a socket gets one. */
export const CLOSE = {
  normal: 1000,
  /** The demo's code for a name over 32 characters; also a frame over the bound. */
  tooLarge: 1009,
  /** A newer connection of the same author and client tag took this one's place. */
  superseded: 4001,
  /** No name was said before the deadline. */
  joinDeadline: 4002,
  /** Room-wide or per-identity cap on sockets reached. */
  full: 4003,
  /** The room woke and does not know this socket. It can resume. */
  unknown: 4007,
  /** The reader fell further behind than SLOW_READER_BYTES. It can resume. */
  slowReader: 4008,
  /** Nothing was heard for SILENCE_MS. It can resume. */
  silent: 4009,
  /** The room was erased; there is a new epoch. */
  erased: 4010,
  /** It went on and on after it was refused. It can resume. */
  flooding: 4011,
} as const;

/** One message at its place in the room's order. */
export interface ChatMessage {
  readonly seq: number;
  readonly name: string;
  readonly message: string;
  /** Milliseconds since 1970, strictly rising within a room. */
  readonly timestamp: number;
  /** The public hash of the sender's key; "" for a classic client. */
  readonly author: string;
  /** With `counter`, the sender's own name for this message; "" and 0 for a classic client. */
  readonly client: string;
  readonly counter: number;
}

/** What a resuming client saw last. */
export interface Since {
  readonly epoch: string;
  readonly seq: number;
}

/** The first frame of a client. `delivery` is null for a classic one. */
export interface Hello {
  readonly name: string;
  readonly delivery: DeliveryHello | null;
}

export interface DeliveryHello {
  /** Secret. Only its hash leaves the room. */
  readonly key: string;
  readonly client: string;
  readonly since: Since | null;
}

/** Any later frame of a client. `counter` is 0 for a classic one. */
export type ClientFrame =
  | { readonly kind: "message"; readonly message: string; readonly counter: number }
  | { readonly kind: "history"; readonly before: number; readonly limit: number }
  | { readonly kind: "typing" };

/** A connection as others see it. */
export interface Member {
  readonly connection: string;
  readonly author: string;
  readonly name: string;
}

/** What a room bears of a delivery client. */
export interface Limits {
  /** UTF-16 units in a message. */
  readonly message: number;
  /** Members up to which the room tells who types; 0: it tells nobody. */
  readonly typing: number;
}

export interface Welcome {
  readonly protocol: number;
  readonly epoch: string;
  /** The newest seq; 0 in a room without messages. The client has caught up when it has seen it. */
  readonly head: number;
  /** The highest counter that the room has stored of this author and client tag; the next is one more. */
  readonly counter: number;
  readonly connection: string;
  readonly author: string;
  readonly members: number;
  /** Absent where the room is above ROSTER_MAX: then there are only counts. */
  readonly roster?: readonly Member[];
  /** Whether what follows continues from `since`; false: forget what you have. */
  readonly resumed: boolean;
  /** Messages that this client missed and will not get by replay (first and last seq). */
  readonly gap?: Gap;
  /** Absent where a room is older than these: then MAX_CLASSIC_MESSAGE_LENGTH holds. */
  readonly limits?: Limits;
}

export interface Gap {
  readonly first: number;
  readonly last: number;
}

export interface Refusal {
  /** The counter of the refused message; absent when the first frame was refused. */
  readonly counter?: number;
  readonly code: ErrorCode;
  /** Milliseconds from now after which the same message is accepted; absent where waiting does not help. */
  readonly retryAfter?: number;
  /** For `out-of-order`: the counter that the room expects. */
  readonly expected?: number;
}

export interface Presence {
  readonly count: number;
  /** The whole roster, where the room has come back under ROSTER_MAX; `count` alone means: no roster any more. */
  readonly roster?: readonly Member[] | undefined;
  readonly joined?: readonly Member[];
  readonly left?: readonly string[];
}

export interface HistoryPage {
  readonly before: number;
  readonly events: readonly ChatMessage[];
  /** Whether the room keeps anything older than this page. */
  readonly more: boolean;
}

/** What a delivery client receives. */
export type ServerFrame =
  | { readonly kind: "welcome"; readonly welcome: Welcome }
  | {
      readonly kind: "events";
      readonly first: number;
      readonly last: number;
      readonly events: readonly ChatMessage[];
      /** What changed of the members meanwhile. */
      readonly presence: Presence | null;
    }
  | { readonly kind: "stored"; readonly stored: number }
  | { readonly kind: "refused"; readonly refused: Refusal }
  | { readonly kind: "presence"; readonly presence: Presence }
  | { readonly kind: "history"; readonly history: HistoryPage }
  | { readonly kind: "typing"; readonly typing: Member }
  | { readonly kind: "error"; readonly error: string; readonly code: ErrorCode };

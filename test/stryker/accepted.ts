// Mutants that may survive, each with the reason why no test should notice it. One that is noticed by now is stale.

export interface Accepted {
  readonly file: string;
  /** The source line in which the mutants begin, without its indentation. */
  readonly line: string;
  /** As the run prints them: what stood there → what stood there instead. */
  readonly changes: readonly string[];
  readonly why: string;
}

const NEVER = "Unreachable: `satisfies never` is for the compiler, which refuses a case that was forgotten.";
const OVERWRITTEN = "Overwritten by the first event, before anything reads it.";
const FOR_THE_COMPILER = "Cannot be absent here; the question mark is for the compiler.";
const NOBODY = "A send to nobody is dropped anyway; the question saves encoding a frame for nobody.";
const UNDEFINED_IS_ABSENT = "A join has no counter: an undefined field is absent in JSON.";

export const ACCEPTED: readonly Accepted[] = [
  {
    file: "src/client/chat-client.ts",
    line: "if (this.socket?.readyState === 1) this.socket.send(effect.text);",
    changes: ["this.socket?.readyState → this.socket.readyState"],
    why: "The machine transmits only between `opened` and `closed`; the question mark is for the compiler.",
  },
  {
    file: "src/client/connection.ts",
    line: "default:",
    changes: ["default: event satisfies never; → default:", "default: frame satisfies never; → default:"],
    why: NEVER,
  },
  {
    file: "src/client/link.ts",
    line: "default:",
    changes: ["default: timer satisfies never; → default:"],
    why: NEVER,
  },
  {
    file: "src/client/link.ts",
    line: 'private status: Status = "connecting";',
    changes: ['"connecting" → ""'],
    why: OVERWRITTEN,
  },
  {
    file: "src/client/connection.ts",
    line: 'private author = "";',
    changes: ['"" → "Stryker was here!"'],
    why: "Overwritten by the welcome, before which no event is looked at.",
  },
  {
    file: "src/client/connection.ts",
    line: "private effects: ClientEffect[] = [];",
    changes: ['[] → ["Stryker was here"]'],
    why: OVERWRITTEN,
  },
  {
    file: "src/client/link.ts",
    line: 'this.socket = "opening";',
    changes: ['"opening" → ""'],
    why: "Only `none` and `open` are asked for; the third state has a name for the reader.",
  },
  {
    file: "src/client/connection.ts",
    line: "this.seen === null || this.seen.seq === null ? null : { epoch: this.seen.epoch, seq: this.seen.seq };",
    changes: ["this.seen.seq === null → false"],
    why: "A place without a seq was forgotten when its connection ended; the question is for the compiler.",
  },
  {
    file: "src/client/connection.ts",
    line: "if (!this.link.isLive || this.seen === null) return;",
    changes: [
      "!this.link.isLive || this.seen === null → !this.link.isLive && this.seen === null",
      "this.seen === null → false",
    ],
    why: "Who has joined has a place, and who has a place and has not joined gets no events from a room that keeps P1.",
  },
  {
    file: "src/client/connection.ts",
    line: "this.seen = { epoch, seq: fresh.at(-1)?.seq ?? seq };",
    changes: ["fresh.at(-1)?.seq → fresh.at(-1).seq"],
    why: FOR_THE_COMPILER,
  },
  {
    file: "src/client/outbox.ts",
    line: "const saved = text === null ? null : parseFields(text);",
    changes: ["text === null → false"],
    why: "JSON.parse reads null as the text `null`, which is no outbox either.",
  },
  {
    file: "src/client/roster.ts",
    line: "apply({ count, roster, joined, left = [] }: Presence): {",
    changes: ['[] → ["Stryker was here"]'],
    why: "The quit of a connection that nobody has changes nothing.",
  },
  {
    file: "src/protocol/codec.ts",
    line: "if (!isFields(value)) return undefined;",
    changes: ["!isFields(value) → false"],
    why: "What is no object has no epoch, so it is refused two lines later; the question is for the compiler.",
  },
  {
    file: "src/protocol/server-frames.ts",
    line: "return events.at(-1)?.seq === last && events.every((event, i) => event.seq === first + i);",
    changes: ["events.at(-1)?.seq → events.at(-1).seq"],
    why: FOR_THE_COMPILER,
  },
  {
    file: "src/rate-limit/identity.ts",
    line: "if (head === undefined || head === null || tail === null) return null;",
    changes: ["head === undefined → false"],
    why: "A split has at least one part; the question is for the compiler.",
  },
  {
    file: "src/room/room.ts",
    line: "default:",
    changes: ["default: event satisfies never; → default:"],
    why: NEVER,
  },
  {
    file: "src/room/effects.ts",
    line: "private list: RoomEffect[] = [];",
    changes: ['[] → ["Stryker was here"]'],
    why: OVERWRITTEN,
  },
  {
    file: "src/room/membership.ts",
    line: "const older = other.order < session.order ? other : session;",
    changes: ["other.order < session.order → other.order <= session.order"],
    why: "No two connections have the same place in the order of arrival.",
  },
  {
    file: "src/room/chat-room.ts",
    line: 'console.error({ event: "room-reset", cause: error instanceof Error ? error.message : "unknown" });',
    changes: ['"unknown" → ""'],
    why: "Only the wording of a log line, for something that no part of the runtime throws.",
  },
  {
    file: "src/room/chat-room.ts",
    line: 'this.ctx.abort("The room could not write and starts again.");',
    changes: ['"The room could not write and starts again." → ""'],
    why: "Only the wording of a line in the runtime's log.",
  },
  {
    file: "src/room/chat-room.ts",
    line: "if (effect.at < this.wakeAt) {",
    changes: ["effect.at < this.wakeAt → true", "effect.at < this.wakeAt → effect.at <= this.wakeAt"],
    why: "Only saves a read: wakeBy compares with the alarm that is set.",
  },
  {
    file: "src/room/sql-log.ts",
    line: "if (dropped <= this.floor) return;",
    changes: ["dropped <= this.floor → dropped < this.floor"],
    why: "Dropping what is dropped already writes the same floor again.",
  },
  {
    file: "src/room/sql-log.ts",
    line: 'if (newest !== undefined) this.setMeta("floorTimestamp", newest.timestamp);',
    changes: ["newest !== undefined → true"],
    why: "Above the floor every seq has its row; the question is for the compiler.",
  },
  {
    file: "src/worker.ts",
    line: 'if (!isOriginAllowed(origin, url.origin, env.ALLOWED_ORIGINS ?? "")) {',
    changes: ['"" → "Stryker was here!"'],
    why: "No page has that origin.",
  },
  {
    file: "src/worker.ts",
    line: 'const given = request.headers.get("Authorization") ?? "";',
    changes: ['"" → "Stryker was here!"'],
    why: "Neither begins with `Bearer`, as what it is compared with does.",
  },
  {
    file: "src/http/load-signature.ts",
    line: 'crypto.subtle.importKey("raw", new TextEncoder().encode(secret), ALGORITHM, false, [use]);',
    changes: ["false → true"],
    why: "Whether a key may be exported makes no difference to a key that is used once and dropped.",
  },
  {
    file: "src/http/load-token.ts",
    line: "const [, payload, expires, users, id, prefix, signature] = TOKEN.exec(text) ?? [];",
    changes: ['[] → ["Stryker was here"]'],
    why: "The first element is left out, and the others are absent either way.",
  },
  {
    file: "src/http/load-token.ts",
    line: "if (payload === undefined || id === undefined || prefix === undefined || signature === undefined)",
    changes: [
      "payload === undefined || id === undefined || prefix === undefined || signature === undefin… → false",
      "payload === undefined || id === undefined || prefix === undefined || signature === undefin… → (payload === undefined || id === undefined || prefix === undefined) && signature === undef…",
      "payload === undefined || id === undefined || prefix === undefined → false",
      "payload === undefined || id === undefined || prefix === undefined → (payload === undefined || id === undefined) && prefix === undefined",
      "payload === undefined || id === undefined → false",
      "payload === undefined || id === undefined → payload === undefined && id === undefined",
      "payload === undefined → false",
      "id === undefined → false",
      "prefix === undefined → false",
      "signature === undefined → false",
    ],
    why: "All parts match or none does, and without them the number of users is none: the questions are for the compiler.",
  },
  {
    file: "src/http/load-token.ts",
    line: "if (user === null || !NUMBER.test(user) || Number(user) >= users) {",
    changes: ["user === null → false"],
    why: "A test of null is a test of the text `null`, which is no number; the question is for the compiler.",
  },
  {
    file: "src/room/chat-room.ts",
    line: "if (connection === undefined) return;",
    changes: ["connection === undefined → false"],
    why: "The room ignores a connection that it does not know; the question is for the compiler.",
  },
  {
    file: "src/room/sockets.ts",
    line: "if (socket === undefined) return;",
    changes: ["socket === undefined → false"],
    why: "The catch behind it covers a connection that is gone as well.",
  },
  {
    file: "src/worker.ts",
    line: "if (address === null) return null;",
    changes: ["address === null → false"],
    why: "The catch below it turns what then fails into the same answer; the question is for the compiler.",
  },
  {
    file: "src/worker.ts",
    line: 'const secret = env.LOAD_TOKEN_SECRET ?? "";',
    changes: ['"" → "Stryker was here!"'],
    why: "Both are too short for a secret.",
  },
  {
    file: "src/worker.ts",
    line: 'const parsed = parseLoadToken(token ?? "");',
    changes: ['"" → "Stryker was here!"'],
    why: "Neither is a token.",
  },
];

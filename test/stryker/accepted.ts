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
const NO_BUDGET = "An identity without a budget departs: there is nothing to give back.";

export const ACCEPTED: readonly Accepted[] = [
  {
    file: "src/client/chat-client.ts",
    line: "if (this.socket?.readyState === 1) this.socket.send(effect.text);",
    changes: ["this.socket?.readyState → this.socket.readyState"],
    why: "The machine transmits only between `opened` and `closed`; the question mark is for the compiler.",
  },
  {
    file: "src/client/chat-client.ts",
    line: "private readonly events: ClientEvent[] = [];",
    changes: ['[] → ["Stryker was here"]'],
    why: "The machine does nothing about what is no event.",
  },
  {
    file: "src/client/connection.ts",
    line: "default:",
    changes: ["default: event satisfies never; → default:", "default: frame satisfies never; → default:"],
    why: NEVER,
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
    file: "src/client/connection.ts",
    line: "if (isPong) return;",
    changes: ["isPong → false"],
    why: "A pong is no JSON, so that it would be no frame either: the question saves the decoder the work.",
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
    file: "src/client/link.ts",
    line: 'this.socket = "opening";',
    changes: ['"opening" → ""'],
    why: "Only `none` and `open` are asked for; the third state has a name for the reader.",
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
    file: "src/protocol/codec.ts",
    line: "if (!isFields(value)) return undefined;",
    changes: ["!isFields(value) → false"],
    why: "What is no object has no epoch, so it is refused two lines later; the question is for the compiler.",
  },
  {
    file: "src/protocol/codec.ts",
    line: "if (wide === 0 || wide > json.length * MOST_ESCAPED) return json;",
    changes: ["wide === 0 → false"],
    why: "Only saves a search through a text that has nothing to escape.",
  },
  {
    file: "src/protocol/codec.ts",
    line: 'return `{"first":${events[0]?.seq},"last":${events.at(-1)?.seq},"events":${json}${tail}}`;',
    changes: ["events[0]?.seq → events[0].seq", "events.at(-1)?.seq → events.at(-1).seq"],
    why: "There is at least one message; the question marks are for the compiler.",
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
    file: "src/rate-limit/limiter.ts",
    line: "private effects: LimiterEffect[] = [];",
    changes: ['[] → ["Stryker was here"]'],
    why: OVERWRITTEN,
  },
  {
    file: "src/rate-limit/limiter.ts",
    line: "default:",
    changes: ["default: event satisfies never; → default:"],
    why: NEVER,
  },
  {
    file: "src/rate-limit/limiter.ts",
    line: 'if (refused !== undefined) this.effects.push({ type: "answer", call: refused.call, grant: null });',
    changes: ["refused !== undefined → true"],
    why: "A holder is asked in earnest only for a call, which waits until the answer; the question is for the compiler.",
  },
  {
    file: "src/rate-limit/limiter.ts",
    line: "spent: isSpent ? (holder?.term ?? null) : spent,",
    changes: ["holder?.term → holder.term"],
    why: "Only the term of a holder ends; the question mark is for the compiler.",
  },
  {
    file: "src/rate-limit/rate-limiter.ts",
    line: 'console.error({ event: "limiter-reset", cause: error instanceof Error ? error.message : "unknown" });',
    changes: ['"unknown" → ""'],
    why: "Only the wording of a log line, for something that no part of the runtime throws.",
  },
  {
    file: "src/rate-limit/rate-limiter.ts",
    line: 'this.ctx.abort("The rate limiter could not write and starts again.");',
    changes: ['"The rate limiter could not write and starts again." → ""'],
    why: "Only the wording of a line in the runtime's log.",
  },
  {
    file: "src/rate-limit/rate-limiter.ts",
    line: "default:",
    changes: ["default: effect satisfies never; → default:"],
    why: NEVER,
  },
  {
    file: "src/room/admission.ts",
    line: 'return { type: "waits" };',
    changes: ['{ type: "waits" } → {}', '"waits" → ""'],
    why: "Only the other three verdicts make the room do something; the fourth has a name for the reader.",
  },
  {
    file: "src/room/admission.ts",
    line: "if (asking === null) return { waiting: [], isAlone: false };",
    changes: ["false → true"],
    why: "How actions are decided is read only where some wait.",
  },
  {
    file: "src/room/admission.ts",
    line: "return { waiting: [], isAlone: false };",
    changes: ["false → true"],
    why: "How actions are decided is read only where some wait.",
  },
  {
    file: "src/room/chat-room.ts",
    line: 'const cause = error instanceof Error ? error.message : "unknown";',
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
    changes: ["effect.at < this.wakeAt → effect.at <= this.wakeAt"],
    why: "Only saves a read: wakeBy compares with the alarm that is set.",
  },
  {
    file: "src/room/effects.ts",
    line: "private list: RoomEffect[] = [];",
    changes: ['[] → ["Stryker was here"]'],
    why: OVERWRITTEN,
  },
  {
    file: "src/room/fan-out.ts",
    line: "private endedAt = -Infinity;",
    changes: ["-Infinity → +Infinity"],
    why: "An end in the future reads as a clock that went back, and so as no end: waitFor asks that first.",
  },
  {
    file: "src/room/fan-out.ts",
    line: "this.endedAt = isBusy ? now : -Infinity;",
    changes: ["-Infinity → +Infinity"],
    why: "An end in the future reads as a clock that went back, and so as no end: waitFor asks that first.",
  },
  {
    file: "src/room/fan-out.ts",
    line: "slices.at(-1)?.push({ to: some, frames });",
    changes: ["slices.at(-1)?.push → slices.at(-1).push"],
    why: FOR_THE_COMPILER,
  },
  {
    file: "src/room/flushes.ts",
    line: "if (this.timerAt !== null && this.timerAt > now && this.timerAt <= now + wait) return;",
    changes: ["this.timerAt !== null → true"],
    why: "Compared as a number, null is 0, which is after no instant: the question is for the compiler.",
  },
  {
    file: "src/room/flushes.ts",
    line: "const isWhole = unwritten.length === messages.length;",
    changes: ["unwritten.length === messages.length → false"],
    why: "The same text, made once more: the question saves the work.",
  },
  {
    file: "src/room/flushes.ts",
    line: 'if (oldest === undefined) return "";',
    changes: ['"" → "Stryker was here!"'],
    why: "Of no messages no frame is made, so nobody reads the text.",
  },
  {
    file: "src/room/membership.ts",
    line: "const older = other.order < session.order ? other : session;",
    changes: ["other.order < session.order → other.order <= session.order"],
    why: "No two connections have the same place in the order of arrival.",
  },
  {
    file: "src/room/membership.ts",
    line: "private departed: string[] = [];",
    changes: ['[] → ["Stryker was here"]'],
    why: NO_BUDGET,
  },
  {
    file: "src/room/membership.ts",
    line: "if (joined.client === null) return;",
    changes: ["joined.client === null → false"],
    why: "A classic member's counter is never asked for, and no author with a client tag has the empty name: for the compiler.",
  },
  {
    file: "src/room/membership.ts",
    line: "if (this.known !== null) return this.known;",
    changes: ["this.known !== null → false"],
    why: "An optimisation: the audience is the same when it is made again, until somebody comes or goes.",
  },
  {
    file: "src/room/membership.ts",
    line: "const others = delivery === null || this.size < config.rosterMax ? this.members() : [];",
    changes: [
      "delivery === null || this.size < config.rosterMax → true",
      "this.size < config.rosterMax → this.size <= config.rosterMax",
      '[] → ["Stryker was here"]',
    ],
    why: "An optimisation: a delivery member that comes to so many gets no roster, so the others are not looked at.",
  },
  {
    file: "src/room/notices.ts",
    line: "if (members.length === 0 || notices.length + messages.length === 0) return [];",
    changes: [
      "notices.length + messages.length === 0 → false",
      "members.length === 0 → false",
      "members.length === 0 || notices.length + messages.length === 0 → false",
      "members.length === 0 || notices.length + messages.length === 0 → members.length === 0 && notices.length + messages.length === 0",
    ],
    why: "Only saves work: without members there are no shares, and shares without frames are left out below.",
  },
  {
    file: "src/room/notices.ts",
    line: "for (; next < said.length && (said[next]?.seq ?? 0) <= after; next++)",
    changes: ["said[next]?.seq → said[next].seq"],
    why: FOR_THE_COMPILER,
  },
  {
    file: "src/room/notices.ts",
    line: 'frames.push(said[next]?.frame ?? "");',
    changes: ["said[next]?.frame → said[next].frame", '"" → "Stryker was here!"'],
    why: "The loop ends with the last message, so there is one here; the default is for the compiler.",
  },
  {
    file: "src/room/room.ts",
    line: "default:",
    changes: ["default: event satisfies never; → default:"],
    why: NEVER,
  },
  {
    file: "src/room/room.ts",
    line: "default:",
    changes: ["default: event satisfies never; → default:", "default: verdict satisfies never; → default:"],
    why: NEVER,
  },
  {
    file: "src/room/room.ts",
    line: 'this.act(session, { kind: "join", hello: decoded.value, author }, { ahead: 1, isAlone: false }, now);',
    changes: ["{ ahead: 1, isAlone: false } → {}"],
    why: "A name has no counter that could be ahead, and what is absent is as false as false.",
  },
  {
    file: "src/room/room.ts",
    line: 'if (action.kind === "message" && !this.isNext(session, action.counter, ahead, now)) return;',
    changes: ['action.kind === "message" → true'],
    why: "A connection that says its name has not joined, and for such a one any counter is the next: the question is for the compiler.",
  },
  {
    file: "src/room/room.ts",
    line: 'case "waits":',
    changes: ['"waits" → ""'],
    why: "The default does nothing either; the case is there for the compiler, which sees that none was forgotten.",
  },
  {
    file: "src/room/room.ts",
    line: "if (joined === null) return;",
    changes: ["joined === null → false"],
    why: "A message behind a name waits as long as it does, and is refused where it was: the question is for the compiler.",
  },
  {
    file: "src/room/room.ts",
    line: 'const named = action.kind === "message" ? { counter: action.counter, ...refusal } : refusal;',
    changes: ['action.kind === "message" → true'],
    why: "JSON leaves out a counter that is undefined: the question is for the compiler.",
  },
  {
    file: "src/room/snapshot.ts",
    line: 'private epoch = "";',
    changes: ['"" → "Stryker was here!"'],
    why: "Nothing is kept yet that another epoch could clear, and the first question overwrites it.",
  },
  {
    file: "src/room/snapshot.ts",
    line: "if (this.kept.size >= MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);",
    changes: ["oldest !== undefined → true"],
    why: "Where sixteen are kept there is an oldest; the question is for the compiler.",
  },
  {
    file: "src/room/sockets.ts",
    line: "if (socket === undefined) return;",
    changes: ["socket === undefined → false"],
    why: "The catch behind it covers a connection that is gone as well.",
  },
  {
    file: "src/room/sql-log.ts",
    line: 'if (newest !== undefined) this.setMeta("floorTimestamp", newest.timestamp);',
    changes: ["newest !== undefined → true"],
    why: "Above the floor every seq has its row; the question is for the compiler.",
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
    line: 'return expected !== null && isSame(expected, request.headers.get("Authorization") ?? "");',
    changes: ['"" → "Stryker was here!"'],
    why: "Neither is what an operator says.",
  },
  {
    file: "src/worker.ts",
    line: 'const parsed = parseLoadToken(token ?? "");',
    changes: ['"" → "Stryker was here!"'],
    why: "Neither is a token.",
  },
  {
    file: "src/room/chat-room.ts",
    line: "clearTimeout(this.timer);",
    changes: ["clearTimeout(this.timer); → ;"],
    why: "A timer that rings too early does no harm: the room asks then what is due.",
  },
  {
    file: "src/room/chat-room.ts",
    line: 'this.timer = setTimeout(() => this.handle({ type: "flush", now: Date.now() }), effect.ms);',
    changes: ['"flush" → ""'],
    why: "Every event asks what is due. Only where the clock stands still does it matter which one it was; unit tests hold it still.",
  },
  {
    file: "src/room/chat-room.ts",
    line: "} catch (error) {",
    changes: ["{ return this.reset(error); } → {}"],
    why: "A commit that fails breaks the output gate of the object: the runtime resets it, and nothing leaves that was sent meanwhile.",
  },
  {
    file: "src/room/chat-room.ts",
    line: "if (others.length > 0) await turn();",
    changes: [
      "others.length > 0 → false",
      "others.length > 0 → others.length <= 0",
      "others.length > 0 → others.length >= 0",
      "others.length > 0 → true",
    ],
    why: "It says a turn later that all is written: what is sent and stored stays the same, and only a busy machine sees the pace.",
  },
  {
    file: "src/room/chat-room.ts",
    line: "const isMissed = set !== null && set < Date.now();",
    changes: ["set < Date.now() → set <= Date.now()"],
    why: "An alarm for this very millisecond is set for it again.",
  },
  {
    file: "src/room/sockets.ts",
    line: "if (line.unchecked * CHECKS > this.slowReaderBytes && this.isSlow(line))",
    changes: [
      "line.unchecked * CHECKS > this.slowReaderBytes → line.unchecked * CHECKS >= this.slowReaderBytes",
    ],
    why: "A socket is looked at one unit sooner; what it may owe stays the same.",
  },
  {
    file: "src/room/sql-ledger.ts",
    line: 'state: row.state === "held" || row.state === "returned" ? row.state : "yielded",',
    changes: ['row.state === "held" || row.state === "returned" → true'],
    why: "No other state than these three is ever stored: the question is for the compiler.",
  },
  {
    file: "src/room/sql-log.ts",
    line: "this.head = newest?.seq ?? this.head;",
    changes: ["newest?.seq → newest.seq"],
    why: "At least one message is appended: the question mark is for the compiler.",
  },
  {
    file: "src/room/sql-log.ts",
    line: "this.lastTimestamp = newest?.timestamp ?? this.lastTimestamp;",
    changes: ["newest?.timestamp → newest.timestamp"],
    why: "At least one message is appended: the question mark is for the compiler.",
  },
  {
    file: "src/room/sql-log.ts",
    line: "if (!messages.some(({ counter }) => counter > 0)) return;",
    changes: [
      "counter > 0 → counter >= 0",
      "counter > 0 → true",
      "!messages.some(({ counter }) => counter > 0) → false",
    ],
    why: "Only saves a statement where all messages are classic: the statement leaves them out by itself.",
  },
  {
    file: "src/room/sockets.ts",
    line: "this.lines.get(session.connection)?.socket.serializeAttachment(toAttachment(session));",
    changes: ["this.lines.get(session.connection)?.socket → this.lines.get(session.connection).socket"],
    why: "The catch behind it covers a connection that is gone as well.",
  },
  {
    file: "src/room/schema.ts",
    line: 'const done = Number([...sql.exec("SELECT max(version) AS version FROM migrations")][0]?.version ?? 0);',
    changes: [
      '[...sql.exec("SELECT max(version) AS version FROM migrations")][0]?.version → [...sql.exec("SELECT max(version) AS version FROM migrations")][0].version',
    ],
    why: "A maximum always has a row: the question mark is for the compiler.",
  },
  {
    file: "src/rate-limit/rate-limiter.ts",
    line: "this.answers.get(effect.call)?.(effect.grant);",
    changes: ["this.answers.get(effect.call)?.(effect.grant) → this.answers.get(effect.call)(effect.grant)"],
    why: "Each call is answered once: the question mark is for the compiler.",
  },
];

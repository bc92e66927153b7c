// Named ways to break Edge Chat. Each is one edit; the laws have to notice it. Those of the rate limit and of the fan-out are beside it.
import { BUDGET_MUTANTS } from "./budget-mutants.ts";
import { FAN_OUT_MUTANTS } from "./fan-out-mutants.ts";

export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** Exact text, found once in the file, and what stands there instead. */
  readonly from: string;
  readonly to: string;
}

const ROOM = "src/room/room.ts";
const MEMBERSHIP = "src/room/membership.ts";
const SEQUENCE = "src/room/sequence.ts";
const SHELL = "src/room/chat-room.ts";
const LOAD_TOKEN = "src/http/load-token.ts";
const WORKER = "src/worker.ts";

export const MUTANTS: readonly Mutant[] = [
  ...BUDGET_MUTANTS,
  ...FAN_OUT_MUTANTS,
  {
    name: "send before write",
    file: SHELL,
    from: "this.log.append(effect.messages, effect.json);\n        break;",
    to: "setTimeout(() => this.log.append(effect.messages, effect.json), 0);\n        break;",
  },
  {
    name: "seq from memory only, not from the log",
    file: SEQUENCE,
    from: "this.newest = { seq: log.head, timestamp: log.lastTimestamp };",
    to: "this.newest = { seq: 0, timestamp: log.lastTimestamp };",
  },
  {
    name: "appends of this event forgotten",
    file: SEQUENCE,
    from: "this.newest = { seq, timestamp };",
    to: "if (this.pending.length === 0) this.newest = { seq, timestamp };",
  },
  {
    name: "resume replays the last seen message again",
    file: "src/room/snapshot.ts",
    from: "const start = resumed ? Math.max(since.seq, oldest) : oldest;",
    to: "const start = resumed ? Math.max(since.seq - 1, oldest) : oldest;",
  },
  {
    name: "resume skips one message",
    file: "src/room/snapshot.ts",
    from: "const start = resumed ? Math.max(since.seq, oldest) : oldest;",
    to: "const start = resumed ? Math.max(since.seq + 1, oldest) : oldest;",
  },
  {
    name: "retention's gap is not told",
    file: "src/room/snapshot.ts",
    from: "...(resumed && after > since.seq && {",
    to: "...(false && since !== null && {",
  },
  {
    name: "a repeated counter is stored again",
    file: SEQUENCE,
    from: 'if (counter > highest) return "next";',
    to: 'if (counter >= highest) return "next";',
  },
  {
    name: "a counter may skip its predecessor",
    file: SEQUENCE,
    from: 'if (counter > highest + ahead) return "out-of-order";',
    to: "",
  },
  {
    name: "timestamps from the clock alone",
    file: SEQUENCE,
    from: "Math.max(now, this.newest.timestamp + 1)",
    to: "now",
  },
  {
    name: "the not yet joined hear messages",
    file: MEMBERSHIP,
    from: "if (session.joined === null) continue;\n      if (isDelivery(session))",
    to: "if (isDelivery(session))",
  },
  {
    name: "a quit is not announced to rosters",
    file: MEMBERSHIP,
    from: "this.announce({ left: connection });",
    to: "",
  },
  {
    name: "a quit cancels its join for everybody",
    file: "src/room/presence.ts",
    from: "this.joined.delete(change.left);\n      this.left.add(change.left);",
    to: "if (!this.joined.delete(change.left)) this.left.add(change.left);",
  },
  {
    name: "no close reply",
    file: "src/room/sockets.ts",
    from: "socket.close(code, reason);",
    to: "",
  },
  {
    name: "a socket whose close wakes the room is unknown",
    file: SHELL,
    from: "this.room.revive(revived)",
    to: "void revived",
  },
  {
    name: "the name is not in the attachment",
    file: "src/room/session.ts",
    from: "return { v: 2, connection, identity, order, since, joined, counter, hasRoster };",
    to: "return { v: 2, connection, identity, order, since, joined: null, counter, hasRoster };",
  },
  {
    name: "a damaged attachment is believed",
    file: "src/room/session.ts",
    from: "if (joined !== null && !isJoined(joined)) return null;",
    to: "",
  },
  {
    name: "an alarm that did not ring is waited for",
    file: SHELL,
    from: "effect.at < this.wakeAt || this.wakeAt < Date.now()",
    to: "effect.at < this.wakeAt",
  },
  {
    name: "raw IPv6 address as key",
    file: "src/rate-limit/identity.ts",
    from: ".slice(0, 4)\n    .map((group)",
    to: ".map((group)",
  },
  {
    name: "the users of a load token share one budget",
    file: LOAD_TOKEN,
    from: "key: `load:${id}:${user}`",
    to: "key: `load:${id}`",
  },
  {
    name: "a load user has a budget a room",
    file: LOAD_TOKEN,
    from: "key: `load:${id}:${user}`",
    to: "key: `load:${id}:${user}:${room.name}`",
  },
  {
    name: "an expired load token is good",
    file: LOAD_TOKEN,
    from: "if (left <= 0) return",
    to: "if (left === 0) return",
  },
  {
    name: "a load token is good in any public room",
    file: LOAD_TOKEN,
    from: "|| !room.name.startsWith(prefix)",
    to: "",
  },
  {
    name: "the signature's spare bits are free",
    file: LOAD_TOKEN,
    from: "[\\w-]{42}[AEIMQUYcgkosw048]",
    to: "[\\w-]{43}",
  },
  {
    name: "a load token's signature is not checked",
    file: WORKER,
    from: "parsed === null || !(await isSignedLoad(secret, parsed.payload, parsed.signature))",
    to: "parsed === null",
  },
  {
    name: "a foreign load token is counted by its address",
    file: WORKER,
    from: "return { refused: LOAD_REFUSED.foreign };",
    to: 'return { key: identityOf(headers.get("CF-Connecting-IP")) };',
  },
  {
    name: "a load token is good without a secret",
    file: WORKER,
    from: "if (secret.length < MIN_LOAD_SECRET_LENGTH) return",
    to: "if (false) return",
  },
  {
    name: "an error's stack to the client",
    file: "src/protocol/codec.ts",
    from: 'bad("bad-frame", "Frames must be JSON objects.")',
    to: 'bad("bad-frame", new Error("no JSON").stack ?? "")',
  },
  {
    name: "lone surrogates are kept",
    file: "src/protocol/codec.ts",
    from: 'return text.replace(/[\\ud800-\\udfff]/gu, "\\ufffd");',
    to: "return text;",
  },
  {
    name: "a message one too long",
    file: "src/protocol/codec.ts",
    from: "if (message.length > (delivery ? most : MAX_CLASSIC_MESSAGE_LENGTH)) {",
    to: "if (message.length > (delivery ? most : MAX_CLASSIC_MESSAGE_LENGTH) + 1) {",
  },
  {
    name: "a message over the room's bound is taken",
    file: ROOM,
    from: "speaksDelivery(session), this.ports.config.maxMessageLength);",
    to: "speaksDelivery(session), 2 * this.ports.config.maxMessageLength);",
  },
  {
    name: "typing reaches classic members",
    file: MEMBERSHIP,
    from: "for (const to of this.audience.delivery) if",
    to: "for (const to of [...this.audience.delivery, ...this.audience.classic.map((one) => one.connection)]) if",
  },
  {
    name: "typing reaches the one who types",
    file: MEMBERSHIP,
    from: "if (to !== connection) this.room.effects.send(to, frame);",
    to: "this.room.effects.send(to, frame);",
  },
  {
    name: "typing is kept in the attachment",
    file: MEMBERSHIP,
    from: "const frame = encodeTyping(memberOf(connection, joined));",
    to: 'const frame = encodeTyping(memberOf(connection, joined));\n    const one = this.sessions.get(connection);\n    if (one !== undefined) this.room.effects.emit({ type: "attach", session: one });',
  },
  {
    name: "typing is stored as a message",
    file: ROOM,
    from: "this.membership.tellTyping(session, joined);",
    to: 'this.sequence.add(joined, "is typing", 0, now);',
  },
  {
    name: "typing is told twice in 3 s",
    file: "src/room/typing.ts",
    from: "const ONCE = { periodMs: TYPING_PERIOD_MS, burst: 1 };",
    to: "const ONCE = { periodMs: TYPING_PERIOD_MS, burst: 2 };",
  },
  {
    name: "typing is told in a crowd",
    file: ROOM,
    from: "|| this.members > MAX_TYPING_MEMBERS)",
    to: "|| this.members > 2 * MAX_TYPING_MEMBERS)",
  },
  {
    name: "a flood of typing is borne for ever",
    file: ROOM,
    from: "return this.refusing.ignore(session, now);",
    to: "return;",
  },
  {
    name: "typing is a first frame",
    file: "src/protocol/codec.ts",
    from: "[message, counter, history, typing].some(",
    to: "[message, counter, history].some(",
  },
  {
    name: "the client says at each stroke that somebody types",
    file: "src/client/connection.ts",
    from: "this.#hasSaidTyping = true;",
    to: "",
  },
  {
    name: "the client says that somebody types to a room that does not know it",
    file: "src/client/connection.ts",
    from: " || count > this.#limits.typing",
    to: "",
  },
  {
    name: "a classic client may say as much as the others",
    file: "src/protocol/codec.ts",
    from: "(delivery ? most : MAX_CLASSIC_MESSAGE_LENGTH)",
    to: "most",
  },
  {
    name: "the client says what the room will not take",
    file: "src/client/sender.ts",
    from: "    this.#most = most;\n",
    to: "",
  },
  {
    name: "a replay of any length",
    file: "src/room/snapshot.ts",
    from: "if (frames.length > 0 && length > MAX_REPLAY_LENGTH) break;",
    to: "",
  },
  {
    name: "no join deadline",
    file: "src/room/housekeeping.ts",
    from: "const deadline = since + joinDeadlineMs;",
    to: "const deadline = since + joinDeadlineMs * 1000;",
  },
  {
    name: "the client shows what it has seen again",
    file: "src/client/connection.ts",
    from: "event.seq > (seq ?? 0)",
    to: "event.seq > 0",
  },
  {
    name: "the client does not confirm by the welcome",
    file: "src/client/sender.ts",
    from: "if (epoch === this.#epoch) this.#confirm(counter);",
    to: "if (epoch === this.#epoch) this.#confirm(0);",
  },
  {
    name: "a reloaded client takes what it never sent for stored",
    file: "src/client/sender.ts",
    from: "this.#items = items;\n    this.#epoch = epoch;\n    this.#stored = counter;",
    to: "this.#items = items;\n    this.#epoch = epoch;\n    this.#stored = 0;",
  },
  {
    name: "the client sends on past a refusal",
    file: "src/client/sender.ts",
    from: "if (position >= 0) this.#underWay = Math.min(this.#underWay, position);",
    to: "",
  },
  {
    name: "a late join of an older connection throws out the newer one",
    file: MEMBERSHIP,
    from: "const older = other.order < session.order ? other : session;",
    to: "const older = other;",
  },
  {
    name: "a log that is gone is resumed",
    file: "src/room/snapshot.ts",
    from: "since !== null && since.epoch === epoch && since.seq <= head",
    to: "since !== null && since.seq <= head",
  },
  {
    name: "erasing keeps the epoch",
    file: ROOM,
    from: "this.upkeep.erase(event.epoch, event.now);",
    to: "this.upkeep.erase(this.ports.log.epoch, event.now);",
  },
  {
    name: "trimming keeps one message too few",
    file: "src/room/upkeep.ts",
    from: "log.head - config.historyMaxRows",
    to: "log.head - config.historyMaxRows + 1",
  },
  {
    name: "anybody may erase a room",
    file: "src/worker.ts",
    from: 'return expected !== null && isSame(expected, request.headers.get("Authorization") ?? "");',
    to: "return expected !== null;",
  },
  {
    name: "a flood is borne with",
    file: "src/room/patience.ts",
    from: 'if (waitOf(REFUSALS, owed) > 0) return { bearing: "close", left: patience };',
    to: "",
  },
  {
    name: "each refusal of a flood is answered",
    file: "src/room/patience.ts",
    from: "now < patience.answeredAt + REFUSALS.periodMs",
    to: "now < patience.answeredAt",
  },
  {
    name: "a foreign page may talk",
    file: "src/http/origin.ts",
    from: "return asked === own || listed.has(asked);",
    to: "return asked === own || !listed.has(asked);",
  },
  {
    name: "who was welcomed above the roster's bound never gets one",
    file: "src/room/presence.ts",
    from: "if (count > this.rosterMax) this.countsOnly = true;",
    to: "",
  },
  {
    name: "pages of history without a limit",
    file: ROOM,
    from: "const wait = this.pages.take(session.identity, now);",
    to: "const wait = 0 * this.pages.take(session.identity, now);",
  },
  {
    name: "each connection has pages of history of its own",
    file: ROOM,
    from: "const wait = this.pages.take(session.identity, now);",
    to: "const wait = this.pages.take(session.connection, now);",
  },
  {
    name: "each silent connection has an alarm of its own",
    file: "src/room/housekeeping.ts",
    from: "next: Math.max(next, now + Math.ceil(joinDeadlineMs / 3))",
    to: "next",
  },
  {
    name: "sockets that do not answer their close have no bound",
    file: "src/room/chat-room.ts",
    from: ">= 2 * this.maxSocketsPerIdentity",
    to: ">= 1_000_000 * this.maxSocketsPerIdentity",
  },
  {
    name: "the secret key is the author",
    file: SHELL,
    from: "function authorOf(key: string): string {",
    to: "function authorOf(key: string): string {\n  if (key.length > 0) return key;",
  },
  {
    name: "the client does not ping",
    file: "src/client/link.ts",
    from: "if (this.isLive) this.#ping(this.#isNetworkGone",
    to: "if (false) this.#ping(this.#isNetworkGone",
  },
  {
    name: "a complaint is told again with every later loss",
    file: "src/client/link.ts",
    from: "    this.#complaint = undefined;\n",
    to: "",
  },
  {
    name: "whatever comes answers the client's ping",
    file: "src/client/link.ts",
    from: "if (isPong && this.#unanswered > 0)",
    to: "if (this.#unanswered > 0)",
  },
  {
    name: "the client waits for ever for an answer to a message",
    file: "src/client/sender.ts",
    from: "if (isFirst && next.length > 0) this.#awaitAnswer();",
    to: "",
  },
  {
    name: "the room keeps a socket that it does not know",
    file: SHELL,
    from: "if (connection === undefined) return turnAway(socket);",
    to: "if (connection === undefined) return;",
  },
  {
    name: "who was turned away at a wake stays in rosters",
    file: MEMBERSHIP,
    from: "if (isLess && this.sizes.delivery > 0) this.presence.tellAll();",
    to: "",
  },
  {
    name: "a name may turn what stands beside it",
    file: "src/protocol/names.ts",
    from: 'text.replace(EMOJI_OR_UNSEEN, "$1")',
    to: "text",
  },
  {
    name: "a client takes back what is on a wire",
    file: "src/client/sender.ts",
    from: "item.id !== id || this.#offered.has(id)",
    to: "item.id !== id",
  },
  {
    name: "a send says that it has no place before the replay is over",
    file: "src/client/connection.ts",
    from: "(this.#seen?.seq ?? 0) >= this.#head",
    to: "true",
  },
  {
    name: "timers outlive their connection",
    file: "src/client/chat-socket.ts",
    from: "for (const timer of this.#timers.values()) clearTimeout(timer);",
    to: "",
  },
  {
    name: "a slow reader is not told what it lost",
    file: "src/client/extras/stream.ts",
    from: "this.#hasLagged = true;",
    to: "",
  },
  {
    name: "a send outlives its client",
    file: "src/client/chat-client.ts",
    from: 'this.#finish("closed");',
    to: "",
  },
];

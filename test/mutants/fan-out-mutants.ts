// Named ways to break the fan-out: when a room speaks, what it writes first, and who hears what in which order.
import type { Mutant } from "./mutants.ts";

const ROOM = "src/room/room.ts";
const UPKEEP = "src/room/upkeep.ts";
const MEMBERSHIP = "src/room/membership.ts";
const SEQUENCE = "src/room/sequence.ts";
const PACE = "src/room/fan-out.ts";
const NOTICES = "src/room/notices.ts";
const SHELL = "src/room/chat-room.ts";

export const FAN_OUT_MUTANTS: readonly Mutant[] = [
  {
    name: "a flush is told before it is written",
    file: "src/room/flushes.ts",
    from: "const json = this.append(unwritten);",
    to: "const json = encodeMessages(messages);\n    queueMicrotask(() => this.append(unwritten));",
  },
  {
    name: "a flush does not wait for the last one",
    file: PACE,
    from: "if (this.isUnderWay || !(isUrgent || isPresence)) return null;",
    to: "if (!(isUrgent || isPresence)) return null;",
  },
  {
    name: "a flush does not wait for a window",
    file: PACE,
    from: "Math.max(0, windowMs(members) - elapsed(this.endedAt, now))",
    to: "0 * windowMs(members)",
  },
  {
    name: "the window has no bound",
    file: PACE,
    from: "Math.min(30, Math.max(5, Math.ceil(0.03 * members)))",
    to: "Math.max(5, Math.ceil(0.03 * members))",
  },
  {
    name: "a clock that went back holds up the next flush",
    file: "src/room/fan-out.ts",
    from: "if (now < this.endedAt) this.endedAt = -Infinity;",
    to: "if (now < this.endedAt) return this.endedAt - now;",
  },
  {
    name: "a timer that the clock jumped over is waited for",
    file: "src/room/flushes.ts",
    from: "this.timerAt > now && ",
    to: "",
  },
  {
    name: "a flush has no bound of messages",
    file: SEQUENCE,
    from: "count === MAX_FLUSH_MESSAGES || ",
    to: "",
  },
  {
    name: "a flush has no bound of text",
    file: SEQUENCE,
    from: " || length > MAX_FLUSH_LENGTH",
    to: "",
  },
  {
    name: "what waits for a flush has no bound",
    file: SEQUENCE,
    from: "return this.pending.length >= MAX_PENDING || ",
    to: "return ",
  },
  {
    name: "the text that waits for a flush has no bound",
    file: SEQUENCE,
    from: " || this.pendingLength >= MAX_PENDING_LENGTH",
    to: "",
  },
  {
    name: "classic members hear all joins and quits before the messages",
    file: NOTICES,
    from: "frame: encodeClassicMessage(message) }));",
    to: "frame: encodeClassicMessage(message) }));\n    const early = notices.map((notice) => ({ ...notice, after: 0 }));\n    notices.splice(0, notices.length, ...early);",
  },
  {
    name: "a notice overtakes messages that the flush leaves over",
    file: NOTICES,
    from: "this.waiting.filter(({ after }) => after <= told)",
    to: "this.waiting.filter(({ after }) => after <= Infinity + told)",
  },
  {
    name: "a newcomer hears of joins that its snapshot shows",
    file: NOTICES,
    from: "common.filter(({ before }) => place < before)",
    to: "common.filter(({ before }) => place <= before)",
  },
  {
    name: "a refusal overtakes what its sender said before",
    file: "src/room/refusals.ts",
    from: "if (session.joined === null || isDelivery(session)) this.effects.send(session.connection, frame);\n    else this.membership.answer(session, frame);",
    to: "this.effects.send(session.connection, frame);",
  },
  {
    name: "a repeat of what is not told yet is stored twice",
    file: ROOM,
    from: 'return standing === "next";',
    to: 'return standing === "next" || standing === "pending";',
  },
  {
    name: "a repeat of what is not told yet is confirmed before it is durable",
    file: SEQUENCE,
    from: 'return isPending ? "pending" : "stored";',
    to: 'return isPending ? "stored" : "stored";',
  },
  {
    name: "presence overtakes its messages",
    file: MEMBERSHIP,
    from: "return [...shares, { to: delivery, frames: [encodeEvents(messages, presence, json)] }];",
    to: "return [...(presence === null ? [] : [{ to: delivery, frames: [encodePresence(presence)] }]), ...shares, { to: delivery, frames: [encodeEvents(messages, null, json)] }];",
  },
  {
    name: "presence never leaves beside notices",
    file: "src/room/flushes.ts",
    from: "(messages.length > 0 || this.pace.isPresenceDue(membership.size, now))",
    to: "(messages.length > 0 || !this.wants.isUrgent)",
  },
  {
    name: "a delivery newcomer is shown the log's head, not what was told",
    file: MEMBERSHIP,
    from: "this.snapshots.delivery(arrival, sequence.told)",
    to: "this.snapshots.delivery(arrival, this.room.log.head)",
  },
  {
    name: "a classic newcomer is shown the log's head, not what was told",
    file: MEMBERSHIP,
    from: "this.snapshots.classic(others, sequence.told)",
    to: "this.snapshots.classic(others, this.room.log.head)",
  },
  {
    name: "history shows what was not told yet",
    file: ROOM,
    from: "Math.min(before, this.sequence.told + 1)",
    to: "before",
  },
  {
    name: "the welcome's counter is without what waits",
    file: SEQUENCE,
    from: "return last?.counter ?? this.log",
    to: "return (last === undefined ? undefined : undefined) ?? this.log",
  },
  {
    name: "the welcome confirms what is not written",
    file: "src/room/flushes.ts",
    from: "for (const part of this.room.sequence.takeUnwritten()) this.append(part);",
    to: "",
  },
  {
    name: "a join writes all that waits in one statement",
    file: SEQUENCE,
    from: "parts.push(rest.splice(0, fitsIn(rest)));",
    to: "parts.push(rest.splice(0));",
  },
  {
    name: "what was written before its flush is written again",
    file: SEQUENCE,
    from: "const unwritten = messages.slice(this.written);",
    to: "const unwritten = messages.slice(0 * this.written);",
  },
  {
    name: "erasing keeps what waits",
    file: UPKEEP,
    from: 'sequence.clear();\n    effects.emit({ type: "erase", epoch });',
    to: 'effects.emit({ type: "erase", epoch });',
  },
  {
    name: "a sleep forgets that rosters are void",
    file: "src/room/session.ts",
    from: "return { ...newSession(connection, identity, order, since), joined, counter, hasRoster };",
    to: "return { ...newSession(connection, identity, order, since), joined, counter, hasRoster: hasRoster || true };",
  },
  {
    name: "the last slice of a flush is forgotten",
    file: SHELL,
    from: "for (const slice of others) {",
    to: "for (const slice of others.slice(0, -1)) {",
  },
  {
    name: "the next flush never comes",
    file: SHELL,
    from: 'this.handle({ type: "drained", now: Date.now() });',
    to: "",
  },
  {
    name: "whoever is in overtakes what it said at the entrance",
    file: SHELL,
    from: " && !this.entrance.has(connection)",
    to: "",
  },
  {
    name: "what somebody said who is gone since is not heard",
    file: SHELL,
    from: "this.hear(this.entrance.takeOf(connection));",
    to: "this.entrance.takeOf(connection);",
  },
  {
    name: "what waits at the entrance has no bound",
    file: SHELL,
    from: "while (this.entrance.isFull) this.hear(this.entrance.take());",
    to: "",
  },
  {
    name: "a crowd is let in within one turn",
    file: "src/room/entrance.ts",
    from: "if (group.length === GROUP) break;",
    to: "",
  },
];

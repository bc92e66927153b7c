// A room that does as little as a room can: it speaks both protocols well enough for the scripts, keeps and checks nothing, and hands
// each message to everybody. What a generator reaches here is the generator's ceiling.
import { Buffer } from "node:buffer";
import {
  decodeClientFrame,
  decodeHello,
  encodeClassicMessage,
  encodeError,
  encodeEvents,
  encodeJoined,
  encodePresence,
  encodeReady,
  encodeRefused,
  encodeWelcome,
} from "../../src/protocol/codec.ts";
import { PING, PONG } from "../../src/protocol/limits.ts";
import type { ChatMessage } from "../../src/protocol/messages.ts";
import { OPCODE, serverFrame } from "../host/frames.ts";
import { LAST_WORDS } from "../lib/stamps.ts";
import { type FaultRates, FAULTLESS, Faults, Turns } from "./faults.ts";

/** One member's connection. */
export interface Line {
  write(bytes: Uint8Array): void;
  end(): void;
}

interface Member {
  readonly line: Line;
  readonly name: string;
  readonly isDelivery: boolean;
  readonly author: string;
  readonly client: string;
  readonly faults: Faults | null;
  /** The highest counter that was taken. */
  counter: number;
}

/** So long joins are gathered before members hear how many they are. */
const COUNT_MS = 100;
/** What a limiter tells. */
const RETRY_MS = 500;

const frame = (text: string): Buffer => serverFrame(OPCODE.text, Buffer.from(text));

export class NullRoom {
  private readonly rates: FaultRates;
  private readonly isFaulty: boolean;
  private readonly turns: Turns;
  private readonly flushSoon: (flush: () => void) => void;
  private readonly members = new Map<Line, Member>();
  private joins = 0;
  private waiting: ChatMessage[] = [];
  private seq = 0;
  private last = 0;
  private isCountDue = false;
  private isSilent = false;

  /** `flushSoon` says when what came in between goes out: at the end of the turn, or after a window. */
  constructor(rates: FaultRates, flushSoon: (flush: () => void) => void) {
    this.rates = rates;
    this.isFaulty = Object.values(rates).some((every) => every > 0);
    this.turns = new Turns(rates);
    this.flushSoon = flushSoon;
  }

  receive(text: string, line: Line): void {
    const member = this.members.get(line);
    if (text === PING) line.write(frame(PONG));
    else if (member === undefined) this.join(text, line);
    else this.say(text, member);
  }

  leave(line: Line): void {
    this.members.delete(line);
  }

  private join(text: string, line: Line): void {
    const hello = decodeHello(text);
    if (!hello.ok) return;
    const { name, delivery } = hello.value;
    this.joins += 1;
    const isOther = this.turns.isTurn("welcome");
    const connection = `c${isOther ? this.joins - 1 : this.joins}`;
    // The end of a key tells keys apart.
    const own = (delivery?.key ?? "").slice(-22).padStart(22, "0");
    const author = isOther ? ([...this.members.values()].at(-1)?.author ?? own) : own;
    const isDelivery = delivery !== null;
    const others = [...this.members.values()];
    const swap = this.turns.isTurn("swap") ? 1 : 0;
    const faults = this.isFaulty ? new Faults({ ...this.rates, swap }) : null;
    const client = delivery?.client ?? "";
    this.members.set(line, { line, name, isDelivery, author: own, client, faults, counter: 0 });
    if (isDelivery) {
      const head = { protocol: 1, epoch: "null", head: this.seq, counter: 0, connection, author };
      line.write(frame(encodeWelcome({ ...head, members: this.members.size, resumed: false })));
      line.write(frame(encodePresence({ count: this.members.size })));
    } else {
      for (const other of others) line.write(frame(encodeJoined(other.name)));
      line.write(frame(encodeJoined(name)));
      line.write(frame(encodeReady()));
    }
    const joined = frame(encodeJoined(name));
    for (const other of others) if (!other.isDelivery) other.line.write(joined);
    this.countSoon();
  }

  /** Senders wait until all whom they expect are there. Gathered, as a room does it: the joins of thousands would be millions of frames. */
  private countSoon(): void {
    if (this.isCountDue || (this.rates.uncounted ?? 0) > 0) return;
    this.isCountDue = true;
    setTimeout(() => {
      this.isCountDue = false;
      const count = frame(encodePresence({ count: this.members.size }));
      const wrong = frame(encodePresence({ count: this.members.size + 1 }));
      for (const { line, isDelivery } of this.members.values()) {
        if (isDelivery) line.write(this.turns.isTurn("miscount") ? wrong : count);
      }
    }, COUNT_MS);
  }

  private say(text: string, member: Member): void {
    const { name, isDelivery, author, client } = member;
    const said = decodeClientFrame(text, isDelivery);
    if (!said.ok || said.value.kind !== "message") return;
    const { message, counter } = said.value;
    if (this.isFaulty && this.refuses(member, message, counter)) return;
    const sender = isDelivery ? { author, client, counter } : { author: "", client: "", counter: 0 };
    this.take({ name, message, ...sender });
    if (this.turns.isTurn("foreign")) {
      const other = isDelivery ? { author: "mallory".padEnd(22, "0"), client: "other", counter: 1 } : sender;
      this.take({ name: "mallory", message: "hello", ...other });
    }
    if (this.turns.isTurn("crash")) process.exit(1);
    if (this.turns.isTurn("silence")) this.isSilent = true;
    if (this.turns.isTurn("drop")) [...this.members.keys()].at(-1)?.end();
  }

  private take({ name, message, ...sender }: Omit<ChatMessage, "seq" | "timestamp">): void {
    this.seq += 1;
    // [C5] Strictly rising: who reads classic frames sees by it that two were exchanged.
    this.last = Math.max(Date.now(), this.last + 1);
    this.waiting.push({ seq: this.seq, name, message, timestamp: this.last, ...sender });
    if (this.waiting.length === 1) this.flushSoon(() => this.flush());
  }

  /** As a room with a limiter does it: what was sent behind a refused message is out of order. */
  private refuses(member: Member, message: string, counter: number): boolean {
    const { line, isDelivery } = member;
    const isLate = isDelivery && counter !== member.counter + 1;
    const isLast = message.startsWith(LAST_WORDS);
    const isTooMuch = this.turns.isTurn("refuse") || (isLast && this.turns.isTurn("hush"));
    const isWrong = this.turns.isTurn("reject");
    if (!isLate && !isTooMuch && !isWrong) {
      member.counter = counter;
      return false;
    }
    const code = isLate ? "out-of-order" : isTooMuch ? "rate-limited" : "message-too-long";
    const more = isLate ? { expected: member.counter + 1 } : { retryAfter: RETRY_MS };
    line.write(frame(isDelivery ? encodeRefused({ counter, code, ...more }) : encodeError(code, code)));
    return true;
  }

  /** One buffer for all members of a kind, unless they are to be wronged each in their own way. */
  private flush(): void {
    const { waiting } = this;
    this.waiting = [];
    if (this.isSilent) return;
    const classic = lazy(() => Buffer.concat(waiting.map((message) => frame(encodeClassicMessage(message)))));
    const delivery = lazy(() => frame(encodeEvents(waiting)));
    for (const { line, isDelivery, faults } of this.members.values()) {
      if (faults === null) line.write(isDelivery ? delivery() : classic());
      else this.wrong(line, faults.apply(waiting), isDelivery);
    }
  }

  private wrong(line: Line, messages: readonly ChatMessage[], isDelivery: boolean): void {
    if (messages.length === 0) return;
    if (this.turns.isTurn("binary")) line.write(serverFrame(OPCODE.binary, Buffer.of(1, 2, 3)));
    if (!isDelivery) {
      // All that a classic message has.
      for (const { seq: _seq, author: _author, client: _client, counter: _counter, ...message } of messages)
        line.write(frame(JSON.stringify(message)));
      return;
    }
    const text = encodeEvents(messages);
    const isCut = messages.length > 1 && this.turns.isTurn("tail");
    line.write(frame(isCut ? `${text.slice(0, text.lastIndexOf(',{"seq":'))}]}` : text));
  }
}

function lazy(make: () => Buffer): () => Buffer {
  let made: Buffer | null = null;
  return () => (made ??= make());
}

/** All rooms of one server, by name. */
export class NullRooms {
  private readonly rooms = new Map<string, NullRoom>();
  private readonly faults: FaultRates;
  private readonly windowMs: number;

  constructor({
    faults = FAULTLESS,
    windowMs = 0,
  }: {
    readonly faults?: FaultRates;
    readonly windowMs?: number;
  }) {
    this.faults = faults;
    this.windowMs = windowMs;
  }

  named(name: string): NullRoom {
    const known = this.rooms.get(name);
    if (known !== undefined) return known;
    const { windowMs } = this;
    const room = new NullRoom(this.faults, (flush) => {
      if (windowMs === 0) setImmediate(flush);
      else setTimeout(flush, windowMs);
    });
    this.rooms.set(name, room);
    return room;
  }
}

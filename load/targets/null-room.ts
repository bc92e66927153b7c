// A room that does as little as a room can: it speaks both protocols well enough for the scripts, keeps and checks nothing, and hands
// each message to everybody. What a generator reaches here is the generator's ceiling.
import { Buffer } from "node:buffer";
import {
  decodeClientFrame,
  decodeHello,
  encodeClassicMessage,
  encodeEvents,
  encodeJoined,
  encodePresence,
  encodeReady,
  encodeWelcome,
} from "../../src/protocol/codec.ts";
import { PING, PONG } from "../../src/protocol/limits.ts";
import type { ChatMessage } from "../../src/protocol/messages.ts";
import { OPCODE, serverFrame } from "../host/frames.ts";
import { type FaultRates, FAULTLESS, Faults } from "./faults.ts";

/** Writes bytes to one member. */
export type Write = (bytes: Uint8Array) => void;

interface Member {
  readonly write: Write;
  readonly name: string;
  readonly isDelivery: boolean;
  readonly author: string;
  readonly client: string;
  readonly faults: Faults | null;
}

/** So long joins are gathered before members hear how many they are. */
const COUNT_MS = 100;

const frame = (text: string): Buffer => serverFrame(OPCODE.text, Buffer.from(text));

export class NullRoom {
  private readonly faults: FaultRates;
  private readonly flushSoon: (flush: () => void) => void;
  private readonly members = new Map<Write, Member>();
  private waiting: ChatMessage[] = [];
  private seq = 0;
  private last = 0;
  private isCountDue = false;

  /** `flushSoon` says when what came in between goes out: at the end of the turn, or after a window. */
  constructor(faults: FaultRates, flushSoon: (flush: () => void) => void) {
    this.faults = faults;
    this.flushSoon = flushSoon;
  }

  receive(text: string, write: Write): void {
    const member = this.members.get(write);
    if (text === PING) write(frame(PONG));
    else if (member === undefined) this.join(text, write);
    else this.say(text, member);
  }

  leave(write: Write): void {
    this.members.delete(write);
  }

  private join(text: string, write: Write): void {
    const hello = decodeHello(text);
    if (!hello.ok) return;
    const { name, delivery } = hello.value;
    const connection = `c${this.members.size}`;
    const author = (delivery?.key ?? "").padEnd(22, "0").slice(0, 22);
    const faults = Object.values(this.faults).some((every) => every > 0) ? new Faults(this.faults) : null;
    const isDelivery = delivery !== null;
    const others = [...this.members.values()];
    this.members.set(write, { write, name, isDelivery, author, client: delivery?.client ?? "", faults });
    if (isDelivery) {
      const head = { protocol: 1, epoch: "null", head: this.seq, counter: 0, connection, author };
      write(frame(encodeWelcome({ ...head, members: this.members.size, resumed: false })));
      write(frame(encodePresence({ count: this.members.size })));
    } else {
      for (const other of others) write(frame(encodeJoined(other.name)));
      write(frame(encodeJoined(name)));
      write(frame(encodeReady()));
    }
    const joined = frame(encodeJoined(name));
    for (const other of others) if (!other.isDelivery) other.write(joined);
    this.countSoon();
  }

  /** Senders wait until all whom they expect are there. Gathered, as a room does it: the joins of thousands would be millions of frames. */
  private countSoon(): void {
    if (this.isCountDue) return;
    this.isCountDue = true;
    setTimeout(() => {
      this.isCountDue = false;
      const count = frame(encodePresence({ count: this.members.size }));
      for (const { write, isDelivery } of this.members.values()) if (isDelivery) write(count);
    }, COUNT_MS);
  }

  private say(text: string, { name, isDelivery, author, client }: Member): void {
    const said = decodeClientFrame(text, isDelivery);
    if (!said.ok || said.value.kind !== "message") return;
    const { message, counter } = said.value;
    this.seq += 1;
    const sender = isDelivery ? { author, client, counter } : { author: "", client: "", counter: 0 };
    // [C5] Strictly rising: who reads classic frames sees by it that two were exchanged.
    this.last = Math.max(Date.now(), this.last + 1);
    this.waiting.push({ seq: this.seq, name, message, timestamp: this.last, ...sender });
    if (this.waiting.length === 1) this.flushSoon(() => this.flush());
  }

  /** One buffer for all members of a kind, unless they are to be wronged each in their own way. */
  private flush(): void {
    const { waiting } = this;
    this.waiting = [];
    const classic = lazy(() => Buffer.concat(waiting.map((message) => frame(encodeClassicMessage(message)))));
    const delivery = lazy(() => frame(encodeEvents(waiting)));
    for (const { write, isDelivery, faults } of this.members.values()) {
      if (faults === null) write(isDelivery ? delivery() : classic());
      else for (const bytes of wronged(faults.apply(waiting), isDelivery)) write(bytes);
    }
  }
}

function wronged(messages: readonly ChatMessage[], isDelivery: boolean): Buffer[] {
  if (messages.length === 0) return [];
  return isDelivery
    ? [frame(encodeEvents(messages))]
    : messages.map((message) => frame(encodeClassicMessage(message)));
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

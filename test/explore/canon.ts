// A world as text: two worlds with the same text have the same future. What differs only in a name that was made up (of a
// connection, a term, an instance), or in how long ago something was that nobody asks for any more, is the same.
import { remaining } from "../../src/rate-limit/gcra.ts";
import type { HistoryEvent } from "../support/history.ts";
import { textOf } from "./choices.ts";
import type { World } from "./world.ts";

/** 53 bits of a text (cyrb53): among a million states, two are taken for one with a chance of 1 in 18,000. */
export function digest(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2_654_435_761);
    b = Math.imul(b ^ unit, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & b) + (a >>> 0);
}

export function canon(world: World): string {
  const { rooms, limiters, people, clocks, scheduler, left, says, mayLeave } = world;
  const writer = new Writer();
  for (const [i, room] of rooms.entries()) writer.add(room, clocks[i]?.now ?? 0);
  for (const limiter of limiters.values()) writer.add(limiter, clocks.at(-1)?.now ?? 0);
  for (const person of people) writer.add(person, scheduler.now);
  writer.add([left, says, mayLeave, levels(world)], scheduler.now);
  const flows = scheduler.flows.map(({ channel, text }) => [channel ?? "", textOf(text)] as const);
  writer.add(
    // By channel, in each in its order.
    flows.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    scheduler.now,
  );
  const timers = scheduler.timers.map(
    ({ text, at }) => `${textOf(text)} in ${Math.max(0, at - scheduler.now)}`,
  );
  writer.add(timers.toSorted(), scheduler.now);
  writer.add(world.histories.flatMap(stories), scheduler.now);
  return rename(writer.text);
}

/** How full the leaky bucket of each identity and kind is: all of what was accepted that a later verdict may depend on. */
function levels({ accepted, rates, scheduler }: World): Record<string, number> {
  const levels: Record<string, number> = {};
  const last: Record<string, number> = {};
  for (const { address, kind, isAlone, room, at } of accepted) {
    const bucket = `${address} ${kind}${isAlone ? ` alone in ${room}` : ""}`;
    const level = remaining(levels[bucket] ?? 0, at - (last[bucket] ?? 0));
    levels[bucket] = level + rates[kind].periodMs;
    last[bucket] = at;
  }
  for (const bucket of Object.keys(levels))
    levels[bucket] = remaining(levels[bucket] ?? 0, scheduler.now - (last[bucket] ?? 0));
  return levels;
}

/** What each client was told, each in its own order: the checker judges nobody by what another one heard before. */
function stories(history: readonly HistoryEvent[]): string[] {
  const told = new Map<string, string>();
  for (const event of history) {
    if (event.type === "log") continue;
    const seen = event.type === "received" ? `${event.seen.seq ?? "?"} ${event.seen.message}` : "";
    const { type, client } = event;
    const more = type === "joined" ? `${event.epoch} ${event.resumed} ${event.after} ${event.head}` : "";
    const what =
      "message" in event ? event.message : type === "gap" ? `${event.first}-${event.last}` : seen + more;
    told.set(client, `${told.get(client) ?? client} ${type} ${what};`);
  }
  return [...told.values()];
}

/**
 * Not state: what an object calls, what is constant, what is counted for reports, what can be made anew from the rest. Who came
 * before whom is told by the order of the attachments.
 */
const SKIPPED = new Set(
  "ports world scheduler counts lost longestWait connections epochs activity lives effects config snapshots order nextOrder".split(
    " ",
  ),
);
/** A client machine's fields are its own. What it is, its last outbox, its roster, its story, its wire and its timers tell. */
const SKIPPED_IN: Readonly<Record<string, readonly string[]>> = {
  RoomHost: ["alarm"],
  LimiterHost: ["alarm", "calls", "terms", "lastRoom"],
  Limiter: ["wakeAt"],
  Sockets: ["heard", "closes"],
  Membership: ["known", "room"],
  Flushes: ["room"],
  Sequence: ["log"],
  Admission: ["alone"],
  Room: ["refusals"],
  Decisions: ["offers"],
  Wire: ["room", "client", "lastToClient", "lastToRoom"],
  DeliveryPerson: ["latency", "transcript", "recorder", "timers", "machine"],
  ClassicPerson: ["latency", "transcript", "retry"],
  Disk: ["latency"],
};
/** Any clock shows more; nothing that is counted does. */
const INSTANT = 500_000_000;
/** Instants of messages: only their order counts, see `rename`. */
const STAMPS = new Set(["timestamp", "lastTimestamp", "seen"]);
/** So long ago is long ago, in ms: the longest window of a small room between two flushes, and of presence; two calls. */
const FORGOTTEN: Readonly<Record<string, number>> = {
  endedAt: 5,
  presenceSince: 100,
  at: 2_000,
  since: 2_000,
  now: 2_000,
};

class Writer {
  text = "";
  private readonly known = new Map<object, number>();
  private now = 0;

  /** `now` is what the clock shows that its instants are of. */
  add(value: unknown, now: number): void {
    this.now = now;
    this.write(value, "");
    this.text += "\n";
  }

  private write(value: unknown, key: string): void {
    if (typeof value === "number") this.text += this.number(value, key);
    else if (typeof value === "string") this.text += `"${value}"`;
    else if (typeof value === "object" && value !== null) this.object(value);
    else if (typeof value !== "function") this.text += String(value);
  }

  private number(value: number, key: string): string {
    if (value < INSTANT || value === Infinity || STAMPS.has(key)) return String(value);
    return `~${Math.max(value - this.now, -(FORGOTTEN[key] ?? 0))}`;
  }

  private object(value: object): void {
    const before = this.known.get(value);
    if (before !== undefined) {
      this.text += `#${before}`;
      return;
    }
    this.known.set(value, this.known.size);
    if (Array.isArray(value) || value instanceof Set) this.list([...(value as Iterable<unknown>)]);
    else if (value instanceof Map) this.list([...value].flat());
    else if ("transactions" in value) this.gate(value as unknown as GateInside);
    else if ("takes" in value && "open" in value) this.calls(value as unknown as CallsInside);
    else this.fields(value as Fields);
  }

  private list(values: readonly unknown[]): void {
    this.text += "[";
    for (const value of values) {
      this.write(value, "");
      this.text += ",";
    }
    this.text += "]";
  }

  private fields(value: Fields): void {
    const { at } = value;
    this.text += "{";
    for (const key of keysOf(value)) {
      const field = value[key];
      if (typeof field === "function") continue;
      this.text += `${key}:`;
      // A debt is what is left of it now: since when it is owed does not matter.
      if (typeof at === "number" && key === "debts")
        this.list(Object.values(field as object).map((debt) => this.left(debt, at)));
      else if (typeof at === "number" && key === "debt") this.text += this.left(field, at);
      // What numbers a call is made up, like a name.
      else if (key === "answers")
        this.list([...(field as Map<number, object>)].flatMap(([call, to]) => [`call#${call}`, to]));
      else if (key === "call") this.text += `call#${String(field)}`;
      else if (key !== "at" || !("debt" in value || "debts" in value)) this.write(field, key);
      this.text += ",";
    }
    if ("newest" in value) this.text += String((value.newest as { timestamp: number }).timestamp >= this.now);
    this.text += "}";
  }

  private calls({ takes, open, ports }: CallsInside): void {
    this.list([open, ...[...takes].map(([identity, { call }]) => `${identity} ${ports.name}/${call}`)]);
  }

  private left(debt: unknown, at: number): number {
    return remaining(Number(debt), this.now - at);
  }

  /** What it wrote and is not committed is told by what the disk will hold after each transaction. */
  private gate({ state, held, transactions, committed, ports }: GateInside): void {
    this.write(state, "");
    const disk = ports.disk.read() ?? ports.fresh();
    for (const writes of transactions) {
      for (const write of writes) write(disk);
      this.write(disk.clone(), "");
    }
    this.list(held.map(({ behind, text }) => `${behind - committed} ${textOf(text)}`));
  }
}

/** The same for all of a class. */
const KEYS = new Map<unknown, readonly string[]>();

function keysOf(value: Fields): readonly string[] {
  const kind = value.constructor;
  const known = KEYS.get(kind);
  if (known !== undefined) return known;
  const skipped = SKIPPED_IN[kind.name] ?? [];
  const keys = Object.keys(value).filter((key) => !SKIPPED.has(key) && !skipped.includes(key));
  if (kind !== Object) KEYS.set(kind, keys);
  return keys;
}

interface Fields {
  readonly [key: string]: unknown;
}

interface Cloned {
  clone(): Cloned;
}

/** What RoomCalls has inside. */
interface CallsInside {
  readonly takes: ReadonlyMap<string, { readonly call: number }>;
  readonly open: number;
  readonly ports: { readonly name: string };
}

/** What an OutputGate has inside. */
interface GateInside {
  readonly state: Cloned;
  readonly held: readonly { readonly behind: number; readonly text: string | (() => string) }[];
  readonly transactions: readonly (readonly ((state: Cloned) => void)[])[];
  readonly committed: number;
  readonly ports: { readonly disk: { read(): Cloned | null }; readonly fresh: () => Cloned };
}

const MADE_UP =
  /room \d+(?:[.~]| epoch )\d+(?:\/\d+)?|call#\d+|\w term \d+|limiter \w~\d+|p\d+[#/]\d+|\b1\d{9}\b/g;

/**
 * Names, and instants of messages, are called by the order in which they first stand here. That keeps what is equal; and where
 * instants do not rise as they stand in a log, the state itself is wrong.
 */
function rename(text: string): string {
  const names = new Map<string, string>();
  return text.replace(MADE_UP, (name) => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const made = `${name.replace(/\d+$/, "") || "instant "}${names.size}`;
    names.set(name, made);
    return made;
  });
}

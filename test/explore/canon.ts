// A world in tokens: two worlds with the same tokens have the same future. What differs only in a name that was made up (of a
// connection, a term, an instance), or in how long ago something was that nobody asks for any more, is the same.
import { remaining } from "../../src/rate-limit/gcra.ts";
import { Sequence } from "../../src/room/sequence.ts";
import { OutputGate } from "../simulation/output-gate.ts";
import { RoomCalls } from "../simulation/room-calls.ts";
import type { HistoryEvent } from "../support/history.ts";
import { textOf } from "./choices.ts";
import { type Token, type Word, wordOf } from "./digest.ts";
import { Names } from "./names.ts";
import type { World } from "./world.ts";

export function canon(world: World): readonly Token[] {
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
  for (const history of world.histories) writer.add(stories(history), scheduler.now);
  return writer.tokens;
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
function stories(history: readonly HistoryEvent[]): ReadonlyMap<string, readonly string[]> {
  const told = new Map<string, string[]>();
  for (const event of history) {
    if (event.type === "log") continue;
    const seen = event.type === "received" ? `${event.seen.seq ?? "?"} ${event.seen.message}` : "";
    const { type, client } = event;
    const more = type === "joined" ? `${event.epoch} ${event.resumed} ${event.after} ${event.head}` : "";
    const what =
      "message" in event ? event.message : type === "gap" ? `${event.first}-${event.last}` : seen + more;
    const story = told.get(client) ?? [];
    told.set(client, story);
    story.push(`${type} ${what}`);
  }
  return told;
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

const [LIST, FIELDS, END, AGAIN, AGO] = ["[", "{", "]", "#", "~"].map(wordOf) as [
  Word,
  Word,
  Word,
  Word,
  Word,
];

class Writer {
  readonly tokens: Token[] = [];
  private readonly names = new Names(this.tokens);
  private readonly known = new Map<object, number>();
  private now = 0;

  /** `now` is what the clock shows that its instants are of. */
  add(value: unknown, now: number): void {
    this.now = now;
    this.write(value, "");
  }

  write(value: unknown, key: string): void {
    if (typeof value === "number") this.number(value, key);
    else if (typeof value === "string") this.names.write(value);
    else if (typeof value === "object" && value !== null) this.object(value);
    else if (typeof value !== "function") this.names.write(String(value));
  }

  private number(value: number, key: string): void {
    if (value < INSTANT && Number.isInteger(value)) this.tokens.push(value);
    else if (value < INSTANT || value === Infinity) this.names.write(String(value));
    else if (STAMPS.has(key)) this.names.write(String(value));
    else this.tokens.push(AGO, Math.max(value - this.now, -(FORGOTTEN[key] ?? 0)));
  }

  private object(value: object): void {
    const before = this.known.get(value);
    if (before !== undefined) {
      this.tokens.push(AGAIN, before);
      return;
    }
    this.known.set(value, this.known.size);
    wayOf(value)(this, value as never);
  }

  list(values: Iterable<unknown>): void {
    this.tokens.push(LIST);
    for (const value of values) this.write(value, "");
    this.tokens.push(END);
  }

  entries(values: ReadonlyMap<unknown, unknown>): void {
    this.tokens.push(LIST);
    for (const [key, value] of values) {
      this.write(key, "");
      this.write(value, "");
    }
    this.tokens.push(END);
  }

  fields(value: Fields, keys: readonly Word[]): void {
    this.tokens.push(FIELDS);
    for (const key of keys) {
      const field = value[key.text];
      if (typeof field === "function") continue;
      this.tokens.push(key);
      this.field(value, key.text, field);
    }
    this.tokens.push(END);
  }

  private field(value: Fields, key: string, field: unknown): void {
    switch (key) {
      // A debt is what is left of it now: since when it is owed does not matter.
      case "debt":
      case "debts":
        return this.debts(value.at, field);
      case "at":
        return "debt" in value || "debts" in value ? undefined : this.write(field, key);
      // What numbers a call is made up, like a name.
      case "answers":
        return this.list([...(field as Map<number, object>)].flatMap(([call, to]) => [`call#${call}`, to]));
      case "call":
        return this.names.write(`call#${String(field)}`);
      default:
        return this.write(field, key);
    }
  }

  private debts(at: unknown, debts: unknown): void {
    if (typeof at !== "number") return this.write(debts, "");
    for (const debt of typeof debts === "number" ? [debts] : Object.values(debts as object))
      this.tokens.push(remaining(Number(debt), this.now - at));
  }

  sequence(value: SequenceInside): void {
    this.fields(value, keysOf(value));
    this.write(value.newest.timestamp >= this.now, "");
  }

  calls({ takes, open, ports }: CallsInside): void {
    this.list([open, ...[...takes].map(([identity, { call }]) => `${identity} ${ports.name}/${call}`)]);
  }

  /** What it wrote and is not committed is told by what the disk will hold after each transaction. */
  gate({ state, held, transactions, committed, ports }: GateInside): void {
    this.write(state, "");
    if (transactions.length > 0) {
      const disk = ports.disk.read() ?? ports.fresh();
      for (const writes of transactions) {
        for (const write of writes) write(disk);
        this.write(disk.clone(), "");
      }
    }
    this.list(held.map(({ behind, text }) => `${behind - committed} ${textOf(text)}`));
  }
}

type Way = (writer: Writer, value: never) => void;

/** How to write objects, by their classes. */
const WAYS = new Map<unknown, Way>([
  [Array, (writer, value: readonly unknown[]) => writer.list(value)],
  [Set, (writer, value: ReadonlySet<unknown>) => writer.list(value)],
  [Map, (writer, value: ReadonlyMap<unknown, unknown>) => writer.entries(value)],
  [Object, (writer, value: Fields) => writer.fields(value, keysOf(value))],
  [Sequence, (writer, value: SequenceInside) => writer.sequence(value)],
  [RoomCalls, (writer, value: CallsInside) => writer.calls(value)],
  [OutputGate, (writer, value: GateInside) => writer.gate(value)],
]);

function wayOf(value: object): Way {
  const known = WAYS.get(value.constructor);
  if (known !== undefined) return known;
  // All of a class have the same fields.
  const keys = keysOf(value as Fields);
  const way = (writer: Writer, one: Fields): void => writer.fields(one, keys);
  WAYS.set(value.constructor, way);
  return way;
}

/** The words for keys; null for those that are skipped. */
const WORDS = new Map<string, Word | null>([...SKIPPED].map((key) => [key, null]));

function keysOf(value: Fields): readonly Word[] {
  const skipped = SKIPPED_IN[value.constructor.name];
  const keys: Word[] = [];
  for (const key of Object.keys(value)) {
    let word = WORDS.get(key);
    if (word === undefined) WORDS.set(key, (word = wordOf(key)));
    if (word !== null && skipped?.includes(key) !== true) keys.push(word);
  }
  return keys;
}

interface Fields {
  readonly [key: string]: unknown;
}

interface Cloned {
  clone(): Cloned;
}

/** What a Sequence has inside. */
interface SequenceInside extends Fields {
  readonly newest: { readonly timestamp: number };
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

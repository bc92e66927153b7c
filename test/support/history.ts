// What happened to a room, as its clients saw it: one format for simulations, workerd, processes, browsers and load runs.
// A history is of one room; texts are unique in it, so that a message is known by its text. On disk: a JSON line an event.
import type { AppEvent } from "../../src/client/events.ts";
import type { ChatMessage } from "../../src/protocol/messages.ts";

/** A message as somebody was shown it. Classic frames have no seq: the checker finds it by the timestamp. */
export interface Seen {
  readonly seq: number | null;
  readonly name: string;
  readonly message: string;
  readonly timestamp: number;
}

/** `client` is one sender and receiver over all its connections, as the delivery protocol's author and tag are. */
export type HistoryEvent =
  /** Handed to the client, in this order; to be stored once, unless it fails. */
  | { readonly type: "sent"; readonly client: string; readonly name: string; readonly message: string }
  /** The room said that it is stored. */
  | {
      readonly type: "acknowledged";
      readonly client: string;
      readonly epoch: string;
      readonly message: string;
    }
  /** Refused for good, or given up: may be missing from the log. */
  | { readonly type: "failed"; readonly client: string; readonly message: string }
  /** The client is a new one with an empty screen: a page that was loaded again. What it sent before still counts. */
  | { readonly type: "restarted"; readonly client: string }
  /**
   * From here on the client is owed every message. Resumed: it goes on from what it had. Otherwise it begins anew
   * behind seq `after`; null where it cannot know (then the first message received says it). `head` is the newest seq
   * of that moment. A classic client knows neither, and its `epoch` is "".
   */
  | {
      readonly type: "joined";
      readonly client: string;
      readonly epoch: string;
      readonly resumed: boolean;
      readonly after: number | null;
      readonly head: number | null;
    }
  /** The room said that these are not coming. */
  | { readonly type: "gap"; readonly client: string; readonly first: number; readonly last: number }
  | { readonly type: "received"; readonly client: string; readonly epoch: string; readonly seen: Seen }
  /** The connection is gone; nothing is owed until the next join. */
  | { readonly type: "left"; readonly client: string }
  /**
   * What the room has in the end. `floor` is the newest seq that retention dropped. `isQuiet`: all was given the time
   * to arrive, so that every message sent is stored or failed, and who is still joined has received everything.
   */
  | {
      readonly type: "log";
      readonly epoch: string;
      readonly floor: number;
      readonly messages: readonly Seen[];
      readonly isQuiet: boolean;
    };

export const seenOf = ({ seq, name, message, timestamp }: ChatMessage): Seen => ({
  seq,
  name,
  message,
  timestamp,
});

/** Turns what a ChatSocket (or its pure machine) reports into a history. */
export class ClientRecorder {
  private readonly history: HistoryEvent[];
  private readonly client: string;
  private readonly name: string;
  private readonly texts = new Map<string, string>();
  private readonly failed = new Set<string>();
  private epoch = "";
  private isJoined = false;

  constructor(history: HistoryEvent[], client: string, name: string) {
    this.history = history;
    this.client = client;
    this.name = name;
  }

  /** `id` is what ChatSocket.send returned. */
  sent(id: string, message: string): void {
    this.texts.set(id, message);
    this.history.push({ type: "sent", client: this.client, name: this.name, message });
  }

  observe(event: AppEvent): void {
    const { client } = this;
    switch (event.type) {
      case "joined": {
        const { epoch, resumed, after, head } = event;
        this.epoch = epoch;
        this.isJoined = true;
        this.history.push({ type: "joined", client, epoch, resumed, after, head });
        break;
      }
      case "gap":
        this.history.push({ type: "gap", client, ...event.gap });
        break;
      case "messages":
        for (const message of event.messages) {
          this.history.push({ type: "received", client, epoch: this.epoch, seen: seenOf(message) });
        }
        break;
      case "confirmed":
        for (const id of event.ids) this.acknowledged(id);
        break;
      case "outbox":
        for (const { id, message, state } of event.items) {
          if (state !== "failed" || this.failed.has(id)) continue;
          this.failed.add(id);
          this.history.push({ type: "failed", client, message });
        }
        break;
      case "status":
        if (event.status !== "live" && this.isJoined) {
          this.isJoined = false;
          this.history.push({ type: "left", client });
        }
        break;
      default:
    }
  }

  private acknowledged(id: string): void {
    const message = this.texts.get(id);
    if (message === undefined) return;
    this.history.push({ type: "acknowledged", client: this.client, epoch: this.epoch, message });
  }
}

/** A history as JSON lines, the newest event last. */
export const toLines = (history: readonly HistoryEvent[]): string =>
  history.map((event) => `${JSON.stringify(event)}\n`).join("");

/** Reads JSON lines. Throws an Error that names the first line which is no event. */
export function fromLines(text: string): HistoryEvent[] {
  return text
    .split("\n")
    .map((line, i) => [line.trim(), i + 1] as const)
    .filter(([line]) => line !== "")
    .map(([line, number]) => {
      const event = parse(line);
      if (event === null) throw new Error(`Line ${number} is no event of a history: ${line.slice(0, 80)}`);
      return event;
    });
}

type Fields = Readonly<Record<string, unknown>>;
type Shape = Readonly<Record<string, (value: unknown) => boolean>>;

const isText = (value: unknown): boolean => typeof value === "string";
const isFlag = (value: unknown): boolean => typeof value === "boolean";
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isCountOrNull = (value: unknown): boolean => value === null || isCount(value);
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const has = (value: unknown, shape: Shape): boolean =>
  isFields(value) && Object.entries(shape).every(([name, is]) => is(value[name]));

const SEEN: Shape = { seq: isCountOrNull, name: isText, message: isText, timestamp: isCount };
const isSeen = (value: unknown): boolean => has(value, SEEN);

const SHAPES: Readonly<Record<HistoryEvent["type"], Shape>> = {
  sent: { client: isText, name: isText, message: isText },
  acknowledged: { client: isText, epoch: isText, message: isText },
  failed: { client: isText, message: isText },
  restarted: { client: isText },
  joined: { client: isText, epoch: isText, resumed: isFlag, after: isCountOrNull, head: isCountOrNull },
  gap: { client: isText, first: isCount, last: isCount },
  received: { client: isText, epoch: isText, seen: isSeen },
  left: { client: isText },
  log: {
    epoch: isText,
    floor: isCount,
    messages: (value) => Array.isArray(value) && value.every(isSeen),
    isQuiet: isFlag,
  },
};

function parse(line: string): HistoryEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    if (!isFields(value) || typeof value.type !== "string" || !Object.hasOwn(SHAPES, value.type)) return null;
    return has(value, SHAPES[value.type as HistoryEvent["type"]]) ? (value as unknown as HistoryEvent) : null;
  } catch {
    return null;
  }
}

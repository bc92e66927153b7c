// A room that does wrong on purpose, to show that the harness calls each wrong by its name. Pure: what becomes of the messages that one
// member gets, and the list of all that a null room can do. `npm run load:damage` prints what the harness says of each.
import type { ChatMessage } from "../../src/protocol/messages.ts";

/** What can be done to the messages that a member gets: what it gets instead of one, of which the one before is known, too. */
const MESSAGE_FAULTS = {
  lose: () => [],
  double: (message) => [message, message],
  /** Its text, by one unit. */
  corrupt: (message) => [{ ...message, message: corrupted(message.message) }],
  name: (message) => [{ ...message, name: "mallory" }],
  author: (message) => [{ ...message, author: "mallory".padEnd(22, "0") }],
  client: (message) => [{ ...message, client: "other" }],
  counter: (message) => [{ ...message, counter: message.counter + 1 }],
  tomorrow: (message) => [{ ...message, timestamp: message.timestamp + 86_400_000 }],
  extra: (message) => [{ ...message, more: 1 }],
  missing: ({ client: _client, ...message }) => [message],
  /** The text is the one before's, all else its own. */
  copy: (message, before) => [{ ...message, message: before?.message ?? message.message }],
} satisfies Readonly<Record<string, (message: ChatMessage, before: ChatMessage | null) => readonly object[]>>;
type MessageFault = keyof typeof MESSAGE_FAULTS;
const isMessageFault = (name: string): name is MessageFault => name in MESSAGE_FAULTS;

/** And to two that follow each other, to a frame, to a member and to a room. */
const OTHER_FAULTS = [
  /** A message comes after its successor. */
  "reorder",
  /** The places of two neighbours in a frame, for a member: it has another order than the others. And their texts, for all. */
  "swap",
  "exchange",
  /** The end of a frame with several messages. */
  "tail",
  /** A frame that is no text. */
  "binary",
  /** A message that nobody of the run sent. */
  "foreign",
  /** Of members: a welcome that is the one before's, a count that is one too high, none at all. */
  "welcome",
  "miscount",
  "uncounted",
  /** Of handshakes: no answer, and a refusal. */
  "mute",
  "forbid",
  /** Of a member's messages: refused as too many, which a room may, and as too long, which they are not. */
  "refuse",
  "reject",
  /** Of senders' last words: refused as too many. */
  "hush",
  /** A socket is closed at so many messages of the room; the process ends; nothing is handed on any more. */
  "drop",
  "crash",
  "silence",
] as const;

export const FAULTS = [...(Object.keys(MESSAGE_FAULTS) as MessageFault[]), ...OTHER_FAULTS] as const;
export type FaultName = (typeof FAULTS)[number];

/** Every how many times it happens, of `swap` and `welcome` to every how many members; 0, or absent, is never. */
export type FaultRates = Readonly<Partial<Record<FaultName, number>>>;

export const FAULTLESS: FaultRates = {};

/** Counts how often a fault had its turn. */
export class Turns {
  private readonly rates: FaultRates;
  private readonly counts = new Map<FaultName, number>();

  constructor(rates: FaultRates) {
    this.rates = rates;
  }

  isTurn(name: FaultName): boolean {
    const every = this.rates[name] ?? 0;
    if (every === 0) return false;
    const count = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, count);
    return count % every === 0;
  }
}

/** What one member gets instead of what it should get. */
export class Faults {
  private readonly rates: FaultRates;
  private count = 0;
  private before: ChatMessage | null = null;
  /** Comes after its successor. */
  private heldBack: readonly ChatMessage[] = [];

  constructor(rates: FaultRates) {
    this.rates = rates;
  }

  apply(messages: readonly ChatMessage[]): ChatMessage[] {
    const wronged = messages.flatMap((message) => this.one(message));
    return this.exchanged(wronged);
  }

  private isTurn(name: FaultName): boolean {
    const every = this.rates[name] ?? 0;
    return every > 0 && this.count % every === 0;
  }

  private one(message: ChatMessage): ChatMessage[] {
    this.count += 1;
    const { before } = this;
    this.before = message;
    let said: readonly object[] = [message];
    for (const name of Object.keys(this.rates)) {
      if (isMessageFault(name) && this.isTurn(name)) said = MESSAGE_FAULTS[name](message, before);
    }
    // Whatever fields are left: a room on a wire can send anything.
    const instead = said as readonly ChatMessage[];
    if (this.heldBack.length === 0 && this.isTurn("reorder")) {
      this.heldBack = instead;
      return [];
    }
    const late = this.heldBack;
    this.heldBack = [];
    return [...instead, ...late];
  }

  /** Texts of two neighbours in one frame, or all of them but their places. */
  private exchanged(messages: ChatMessage[]): ChatMessage[] {
    const [a, b] = messages.slice(-2);
    if (a === undefined || b === undefined) return messages;
    const { swap = 0, exchange = 0 } = this.rates;
    const rest = messages.slice(0, -2);
    if (exchange > 0) return [...rest, { ...a, message: b.message }, { ...b, message: a.message }];
    if (swap === 0) return messages;
    const [first, second] = [
      { seq: a.seq, timestamp: a.timestamp },
      { seq: b.seq, timestamp: b.timestamp },
    ];
    return [...rest, { ...b, ...first }, { ...a, ...second }];
  }
}

/** The same length, one unit in the middle changed. */
function corrupted(text: string): string {
  const at = Math.floor(text.length / 2);
  return `${text.slice(0, at)}${text[at] === "~" ? "^" : "~"}${text.slice(at + 1)}`;
}

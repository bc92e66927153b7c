// A room by the rules of SPEC.md alone, as simply as they can be followed: what becomes of each frame, and what the others hear of it.
// It knows no flush, no storage and no socket.
import { type Join, type Message, read, type Sender } from "./reading.ts";

/** A bucket that leaks: so many at once, and then one a period. */
class Bucket {
  private debt = 0;
  private at = 0;
  private readonly periodMs: number;
  private readonly burst: number;

  constructor(periodMs: number, burst: number) {
    this.periodMs = periodMs;
    this.burst = burst;
  }

  owed(now: number): number {
    return Math.max(0, this.debt - (now - this.at));
  }

  wait(now: number): number {
    return Math.max(0, this.owed(now) - (this.burst - 1) * this.periodMs);
  }

  spend(now: number): void {
    this.debt = this.owed(now) + this.periodMs;
    this.at = now;
  }

  take(now: number): boolean {
    const isFree = this.wait(now) === 0;
    if (isFree) this.spend(now);
    return isFree;
  }
}

interface Person {
  readonly connection: string;
  readonly identity: string;
  /** Of its arrival. */
  readonly order: number;
  joined: Join | null;
  /** It was refused its join until then. */
  refusedUntil: number;
  readonly waiting: (Join | Message)[];
  readonly patience: Bucket;
  readonly typing: Bucket;
}

interface Budget {
  readonly join: Bucket;
  readonly message: Bucket;
  readonly pages: Bucket;
  isHeld: boolean;
  isKept: boolean;
  isAsking: boolean;
  waiting: Person[];
}

/** What all members hear. */
export type Heard =
  | { readonly joined: string }
  | { readonly quit: string }
  | {
      readonly name: string;
      readonly message: string;
      readonly author: string;
      readonly client: string;
      readonly counter: number;
    };

/** `isSure` is not said of what may be left out: a flood is answered seldom (C23). */
export interface Answer {
  readonly to: string;
  readonly code: string;
  readonly isSure: boolean;
}

/** What one event has led to. */
export interface Outcome {
  readonly answers: Answer[];
  readonly heard: Heard[];
  /** Who types, for each that is told so. */
  readonly typing: { readonly to: string; readonly connection: string }[];
  readonly closes: { readonly connection: string; readonly code: number }[];
  /** Whose budget the room asks for. */
  readonly asks: string[];
}

export interface Rates {
  readonly periodMs: number;
  readonly burst: number;
  readonly joins: number;
}

export class ReferenceRoom {
  readonly people = new Map<string, Person>();
  private readonly budgets = new Map<string, Budget>();
  private readonly counters = new Map<string, number>();
  private readonly rates: Rates;
  private outcome: Outcome = nothing();
  private order = 0;

  constructor(rates: Rates) {
    this.rates = rates;
  }

  get members(): Person[] {
    return [...this.people.values()].filter(({ joined }) => joined !== null);
  }

  budget(identity: string): Budget {
    const known = this.budgets.get(identity);
    if (known !== undefined) return known;
    const { periodMs, burst, joins } = this.rates;
    const budget: Budget = {
      join: new Bucket(periodMs, joins),
      message: new Bucket(periodMs, burst),
      pages: new Bucket(250, 20),
      isHeld: false,
      isKept: false,
      isAsking: false,
      waiting: [],
    };
    this.budgets.set(identity, budget);
    return budget;
  }

  accept(connection: string, identity: string): Outcome {
    this.people.set(connection, {
      connection,
      identity,
      order: this.order++,
      joined: null,
      refusedUntil: 0,
      waiting: [],
      patience: new Bucket(100, 200),
      typing: new Bucket(3_000, 1),
    });
    return nothing();
  }

  frame(connection: string, frame: unknown, now: number): Outcome {
    this.outcome = nothing();
    const person = this.people.get(connection);
    if (person !== undefined) this.hear(person, frame, now);
    return this.outcome;
  }

  /** The budget has come: what waited has its turn (D4). */
  granted(identity: string, now: number): Outcome {
    this.outcome = nothing();
    const budget = this.budget(identity);
    const { waiting } = budget;
    Object.assign(budget, { isAsking: false, isHeld: true, waiting: [] });
    budget.isKept ||= waiting.some(({ joined }) => joined !== null);
    for (const person of waiting) {
      const action = person.waiting.shift();
      if (action === undefined) continue;
      if (action.kind === "message" && person.joined === null) this.decline(person, "rate-limited", now);
      else this.act(person, action, 1, now);
    }
    // A budget that admitted nothing is not kept.
    budget.isHeld = budget.isKept;
    return this.outcome;
  }

  yielded(identity: string): Outcome {
    this.budget(identity).isHeld = false;
    return nothing();
  }

  private hear(person: Person, frame: unknown, now: number): void {
    const said = read(frame, expected(person));
    const { outcome } = this;
    switch (said.kind) {
      case "fault":
        if (said.code !== "frame-too-large" && said.code !== "name-too-long")
          return this.decline(person, said.code, now);
        this.answer(person, said.code);
        return this.leave(person, 1009);
      case "history":
        if (person.joined === null) return this.decline(person, "bad-frame", now);
        if (!this.budget(person.identity).pages.take(now)) return this.decline(person, "rate-limited", now);
        return this.answer(person, "history");
      case "typing":
        if (!person.typing.take(now) || person.joined === null) return void this.bear(person, now);
        for (const { connection: to, joined } of this.members) {
          if (joined?.sender && to !== person.connection)
            outcome.typing.push({ to, connection: person.connection });
        }
        return;
      default:
        this.act(person, said, person.waiting.length + 1, now);
    }
  }

  private act(person: Person, action: Join | Message, ahead: number, now: number): void {
    const sender = person.joined?.sender;
    if (sender && action.kind === "message") {
      const highest = this.counters.get(JSON.stringify(sender)) ?? 0;
      if (action.counter > highest + ahead) return this.decline(person, "out-of-order", now);
      // What this event has admitted is on its way to everybody: its event is the answer (P2).
      if (this.outcome.heard.some((one) => isOf(one, sender, action.counter))) return;
      if (action.counter <= highest) return this.decline(person, "stored", now);
    }
    const budget = this.budget(person.identity);
    if (action.kind === "join" && person.refusedUntil > now) return this.decline(person, "rate-limited", now);
    if (!budget.isAsking) {
      const wait = budget[action.kind].wait(now);
      if (wait > 0) {
        if (action.kind === "join") person.refusedUntil = now + wait;
        return this.decline(person, "rate-limited", now);
      }
      if (budget.isHeld) {
        budget[action.kind].spend(now);
        budget.isKept = true;
        return action.kind === "join" ? this.join(person, action) : this.say(person, action);
      }
      budget.isAsking = true;
      this.outcome.asks.push(person.identity);
    }
    const units = [...person.waiting, action].reduce((sum, one) => sum + lengthOf(one), 0);
    if (person.waiting.length >= 32 || units > 16_384) return this.decline(person, "busy", now);
    person.waiting.push(action);
    budget.waiting.push(person);
  }

  private join(person: Person, hello: Join): void {
    const { sender } = hello;
    const other = this.members.find(
      ({ joined }) => sender !== null && JSON.stringify(joined?.sender) === JSON.stringify(sender),
    );
    if (other !== undefined) {
      const older = other.order < person.order ? other : person;
      this.leave(older, 4001);
      if (older === person) return;
    }
    person.joined = hello;
    this.outcome.heard.push({ joined: hello.name });
    this.answer(person, sender === null ? "ready" : "welcome");
  }

  private say({ joined }: Person, { message, counter }: Message): void {
    if (joined === null) return;
    const { name, sender } = joined;
    if (sender !== null) this.counters.set(JSON.stringify(sender), counter);
    this.outcome.heard.push({ name, message, ...(sender ?? { author: "", client: "" }), counter });
  }

  private answer({ connection: to }: Person, code: string, isSure = true): void {
    this.outcome.answers.push({ to, code, isSure });
  }

  private decline(person: Person, code: string, now: number): void {
    const isSure = person.patience.owed(now) < 10_000;
    if (this.bear(person, now)) this.answer(person, code, isSure);
  }

  /** Whether the connection stays. */
  private bear(person: Person, now: number): boolean {
    const stays = person.patience.take(now);
    if (!stays) this.leave(person, 4011);
    return stays;
  }

  private leave(person: Person, code: number): void {
    const { connection, joined } = person;
    this.people.delete(connection);
    person.waiting.length = 0;
    this.outcome.closes.push({ connection, code });
    if (joined !== null) this.outcome.heard.push({ quit: joined.name });
  }
}

const nothing = (): Outcome => ({ answers: [], heard: [], typing: [], closes: [], asks: [] });

const isOf = (one: Heard, { author, client }: Sender, counter: number): boolean =>
  "message" in one && one.author === author && one.client === client && one.counter === counter;

const lengthOf = (action: Join | Message): number => (action.kind === "message" ? action.message.length : 0);

/** What the next frame of a connection is read as. */
function expected({ joined, waiting }: Person): "hello" | "classic" | "delivery" {
  const hello = joined ?? waiting[0];
  if (hello?.kind !== "join") return "hello";
  return hello.sender === null ? "classic" : "delivery";
}

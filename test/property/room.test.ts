import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChatMessage } from "../../src/protocol/messages.ts";
import { Reached } from "../support/reached.ts";
import { type Socket, World } from "../support/world.ts";

/** What may happen, as data: the same list drives worlds with and without hibernation. */
type Step =
  | { readonly do: "connect" | "reconnect" | "leave" | "resend"; readonly who: number }
  | { readonly do: "say"; readonly who: number; readonly times: number }
  | { readonly do: "junk"; readonly who: number; readonly frame: string }
  | { readonly do: "advance"; readonly ms: number }
  | { readonly do: "ask" | "settle" | "alarm" | "crash" | "hibernate" }
  | { readonly do: "answer"; readonly which: number; readonly lost: boolean };

const PEOPLE = 6;
const who = fc.integer({ min: 0, max: PEOPLE - 1 });
const junk = fc.constantFrom(
  "",
  "null",
  "[1]",
  '{"message":{}}',
  '{"history":{"before":9}}',
  '{"counter":-1}',
);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("connect", "reconnect"), who }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("leave", "resend"), who }) },
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant("say"), who, times: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("junk"), who, frame: junk }) },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant("advance"), ms: fc.integer({ min: 1, max: 9_000 }) }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("ask", "settle", "settle", "hibernate") }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("alarm", "crash") }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("answer"),
        which: fc.nat(5),
        lost: fc.boolean().map((yes) => yes),
      }),
    },
  ) as fc.Arbitrary<Step>,
  { minLength: 10, maxLength: 80, size: "max" },
);

/** Even people speak the classic protocol, odd ones the delivery protocol. Two and two share an address. */
class Person {
  socket: Socket | null = null;
  /** All sockets of this person, each with what it was owed from when it connected. */
  readonly sockets: Socket[] = [];
  said = 0;
  readonly unacknowledged: { counter: number; message: string }[] = [];
  private readonly world: World;
  private readonly number: number;
  constructor(world: World, number: number) {
    this.world = world;
    this.number = number;
  }

  get isDelivery(): boolean {
    return this.number % 2 === 1;
  }

  connect(): void {
    if (this.socket !== null && this.socket.closed === null) this.world.leave(this.socket);
    this.socket = this.world.connect(`address-${this.number >> 1}`);
    this.sockets.push(this.socket);
    this.hello(this.socket);
  }

  private hello(socket: Socket): void {
    const since = this.since();
    const delivery = { protocol: 1, key: `key-of-person-number-${this.number}`, client: "tab", since };
    this.world.say(socket, { name: `p${this.number}`, ...(this.isDelivery && delivery) });
  }

  /** A refused first frame is said again: any other frame would be taken for it. */
  private saysHelloAgain(socket: Socket): boolean {
    const isJoined = socket.frames.some(({ ready, welcome }) => ready ?? welcome !== undefined);
    const isRefused = socket.frames.some(
      ({ error, refused }) => error !== undefined || refused !== undefined,
    );
    if (isJoined || !isRefused) return false;
    this.hello(socket);
    return true;
  }

  say(times: number): void {
    if (this.socket === null || this.saysHelloAgain(this.socket)) return;
    for (let i = 0; i < times && this.socket !== null; i++) {
      const message = `p${this.number}:${++this.said}`;
      if (!this.isDelivery) {
        this.world.say(this.socket, { message });
        continue;
      }
      const stored = this.world.log.counterOf(this.author, "tab");
      const last = this.unacknowledged.at(-1)?.counter ?? 0;
      const counter = Math.max(stored, last) + 1;
      this.unacknowledged.push({ counter, message });
      this.world.say(this.socket, { message, counter });
    }
  }

  /** Sends again what may or may not be stored, as a client that lost its connection does. */
  resend(reached: Reached): void {
    if (this.socket === null || this.saysHelloAgain(this.socket)) return;
    const stored = this.world.log.counterOf(this.author, "tab");
    for (const { counter, message } of this.unacknowledged) {
      if (counter <= stored) reached.add("resent though stored");
      this.world.say(this.socket, { message, counter });
    }
  }

  private get author(): string {
    return `author-of-key-of-person-number-${this.number}`;
  }

  private since(): { epoch: string; seq: number } | null {
    const seen = this.sockets.flatMap(({ frames }) => frames.flatMap(({ last }) => last ?? []));
    const heads = this.sockets.flatMap(({ frames }) => frames.flatMap(({ welcome }) => welcome?.head ?? []));
    if (heads.length === 0) return null;
    return { epoch: this.world.log.epoch, seq: Math.max(0, ...seen) };
  }
}

function play(
  all: readonly Step[],
  reached: Reached,
  withHibernation = true,
): { world: World; people: Person[] } {
  const world = new World();
  const people = Array.from({ length: PEOPLE }, (_, number) => new Person(world, number));
  for (const step of all) {
    const person = "who" in step ? people[step.who] : undefined;
    switch (step.do) {
      case "connect":
      case "reconnect":
        if (person !== undefined && (step.do === "reconnect" || person.socket?.closed !== null))
          person.connect();
        break;
      case "leave":
        if (person?.socket != null) world.leave(person.socket);
        break;
      case "resend":
        person?.resend(reached);
        break;
      case "say":
        person?.say(step.times);
        break;
      case "junk":
        if (person?.socket != null) world.say(person.socket, step.frame);
        break;
      case "advance":
        world.advance(step.ms);
        break;
      case "ask":
        world.ask();
        break;
      case "settle":
        world.settle();
        break;
      case "answer":
        world.answer(step.which, step.lost);
        break;
      case "alarm":
        world.alarm();
        break;
      case "crash":
        world.crash();
        break;
      case "hibernate":
        if (withHibernation) world.hibernate();
        break;
      default:
        step satisfies never;
    }
    // Metamorphic: hibernation may come after any step, not only where the list says so.
    if (withHibernation) world.hibernate();
  }
  world.settle();
  return { world, people };
}

/** The log as anybody may check it: rising without holes, each message once, each sender's in the order sent. */
function checkLog(log: readonly ChatMessage[]): void {
  const next = new Map<string, number>();
  for (const [i, { seq, message, name, timestamp }] of log.entries()) {
    expect(seq).toBe(i + 1);
    expect(timestamp).toBeGreaterThan(log[i - 1]?.timestamp ?? 0);
    const number = Number(message.split(":")[1]);
    expect(message).toBe(`${name}:${number}`);
    expect(number, `${name} out of order or twice`).toBeGreaterThan(next.get(name) ?? 0);
    next.set(name, number);
  }
}

/** A classic socket saw its slice of the log: at most 100 before its join, then everything, once, in order. */
function checkClassic(socket: Socket, log: readonly ChatMessage[], reached: Reached): void {
  const seen = socket.frames.flatMap(({ message, timestamp }) => (message === undefined ? [] : [timestamp]));
  const ready = socket.frames.findIndex((frame) => frame.ready === true);
  if (ready < 0) return expect(seen).toEqual([]);
  const backlog = socket.frames.slice(0, ready).filter(({ message }) => message !== undefined).length;
  expect(backlog).toBeLessThanOrEqual(100);
  if (seen.length === 0) return;
  const start = log.findIndex(({ timestamp }) => timestamp === seen[0]);
  expect(start === 0 || backlog === 100 || backlog === 0).toBe(true);
  expect(log.slice(start, start + seen.length).map(({ timestamp }) => timestamp)).toEqual(seen);
  reached.add("classic slices");
  if (socket.closed === null) expect(seen.at(-1)).toBe(log.at(-1)?.timestamp);
}

/** A delivery client's sockets, one after the other, saw every seq from its first join on, exactly once. */
function checkDelivery(person: Person, log: readonly ChatMessage[], reached: Reached): void {
  let expected: number | null = null;
  for (const { frames } of person.sockets) {
    for (const { welcome, events, first, last } of frames) {
      if (welcome !== undefined) {
        if (welcome.resumed) reached.add("resumed");
        expected ??= Math.max(0, welcome.head - 100) + 1;
        expect(welcome.gap).toBeUndefined();
      }
      if (events === undefined) continue;
      expect([first, last]).toEqual([events[0]?.seq, events.at(-1)?.seq]);
      for (const event of events) {
        expect(event.seq).toBe(expected);
        expect(event).toEqual(log[event.seq - 1]);
        expected = event.seq + 1;
      }
    }
  }
  const live =
    person.socket?.closed === null && person.socket.frames.some(({ welcome }) => welcome !== undefined);
  if (live && expected !== null) expect(expected).toBe(log.length + 1);
}

const isIn = ({ frames }: Socket): boolean =>
  frames.some(({ ready, welcome }) => ready ?? welcome !== undefined);

/** [D8] When all is quiet, every roster that the frames build is the set of joined, open connections. */
function checkPresence(people: readonly Person[], world: World, reached: Reached): void {
  const here = [...world.sockets.values()].filter((socket) => socket.closed === null && isIn(socket));
  for (const { socket, isDelivery } of people) {
    if (socket === null || socket.closed !== null || !isIn(socket)) continue;
    if (isDelivery) {
      let roster: Set<string> | null = null;
      let count = 0;
      for (const { welcome, presence } of socket.frames) {
        const whole = welcome?.roster ?? presence?.roster;
        if (welcome !== undefined) count = welcome.members;
        if (presence !== undefined) count = presence.count;
        if (whole !== undefined) roster = new Set(whole.map(({ connection }) => connection));
        else if (welcome !== undefined || presence?.joined === undefined)
          roster = presence || welcome ? null : roster;
        for (const { connection } of presence?.joined ?? []) roster?.add(connection);
        for (const connection of presence?.left ?? []) roster?.delete(connection);
      }
      expect(count).toBe(here.length);
      if (roster === null) reached.add("counts only");
      else expect([...roster].toSorted()).toEqual(here.map(({ connection }) => connection).toSorted());
    } else {
      const names = new Map<string, number>();
      for (const { joined, quit } of socket.frames) {
        if (joined !== undefined) names.set(joined, (names.get(joined) ?? 0) + 1);
        if (quit !== undefined) names.set(quit, (names.get(quit) ?? 0) - 1);
      }
      expect([...names.values()].reduce((sum, n) => sum + n, 0)).toBe(here.length);
    }
    reached.add("rosters");
  }
}

test("[D1] [D2] [D3] [D4] [D7] [D8] [D11] all clients agree on one log, with losses, crashes and hibernation anywhere", () => {
  const reached = new Reached(
    "messages",
    "refusals",
    "evictions",
    "crashes",
    "lost replies",
    "resumed",
    "resent though stored",
    "classic slices",
    "rosters",
    "counts only",
  );
  fc.assert(
    fc.property(steps, (all) => {
      const { world, people } = play(all, reached);
      const log = world.log.after(0, 1_000_000);
      checkLog(log);
      for (const person of people) {
        if (person.isDelivery) checkDelivery(person, log, reached);
        else for (const socket of person.sockets) checkClassic(socket, log, reached);
      }
      checkPresence(people, world, reached);
      reached.add("messages", log.length);
      reached.add("refusals", world.counts.refusals);
      reached.add("evictions", world.counts.evictions);
      reached.add("crashes", world.counts.crashes);
      reached.add("lost replies", world.counts.lostReplies);
    }),
    { numRuns: 1_000 },
  );
  reached.report("[D1-D4] [D7] [D8]");
});

test("[D9] the same steps with and without hibernation give everybody the same frames", () => {
  const reached = new Reached("evictions", "frames", "resumed", "resent though stored");
  fc.assert(
    fc.property(steps, (all) => {
      const asleep = play(all, reached, true);
      const awake = play(all, reached, false);
      for (const [connection, socket] of awake.world.sockets) {
        const other = asleep.world.sockets.get(connection);
        expect(other?.frames).toEqual(socket.frames);
        expect(other?.closed).toBe(socket.closed);
        reached.add("frames", socket.frames.length);
        reached.add("resumed", socket.frames.filter(({ welcome }) => welcome?.resumed).length);
      }
      reached.add("evictions", asleep.world.counts.evictions);
    }),
    { numRuns: 500 },
  );
  reached.report("[D9]");
});

// A room that does wrong, and what the receiving side makes of it: each kind of damage has a count of its own, and an honest room none.
// npm run load:damage does the same to whole runs.
import { expect, test } from "vitest";
import { Attribution } from "../../../load/lib/attribution.ts";
import { forbiddenIn } from "../../../load/lib/laws.ts";
import { dueOf, perSenderOf, type Plan, totalOf, turnOf } from "../../../load/lib/pacing.ts";
import { Readings } from "../../../load/lib/readings.ts";
import { Receiver } from "../../../load/lib/receiver.ts";
import { Recorder } from "../../../load/lib/recorder.ts";
import { writeStamp } from "../../../load/lib/stamps.ts";
import type { Count } from "../../../load/lib/tally.ts";
import { FrameReader } from "../../../load/host/frames.ts";
import type { FaultName } from "../../../load/targets/faults.ts";
import { type Line, NullRoom } from "../../../load/targets/null-room.ts";

const MEMBERS = 6;
const SIZE = 100;
const PLAN: Plan = { rooms: 1, senders: 3, rate: 100, endRate: 100, warmupMs: 0, windowMs: 1_200 };
/** Messages of a frame. */
const IN_A_FRAME = 4;

const ignore = (): void => {};

type Protocol = "classic" | "delivery";

/** Six members of one virtual user in a null room, whose flush is by hand. */
class World {
  readonly recorder = new Recorder(PLAN);
  readonly receivers: Receiver[] = [];
  private readonly lines: Line[] = [];
  private readonly protocol: Protocol;
  private readonly room: NullRoom;
  private flush: () => void = () => {};
  private readonly start = Date.now();

  /** `isApart`: each member is in a virtual user of its own, which reads each text itself. */
  constructor(fault: FaultName | null, every: number, protocol: Protocol, isApart = false) {
    this.protocol = protocol;
    this.room = new NullRoom(fault === null ? {} : { [fault]: every }, (flush) => {
      this.flush = () => {
        this.flush = () => {};
        flush();
      };
    });
    const shared = this.judges();
    this.recorder.begin(this.start);
    for (let index = 0; index < MEMBERS; index += 1) {
      const { attribution, readings } = isApart ? this.judges() : shared;
      const common = {
        plan: PLAN,
        room: 0,
        recorder: this.recorder,
        readings,
        sample: 100,
        offset: 0,
        protocol,
      };
      const sender = index < PLAN.senders ? index : null;
      const waits = this.recorder.waitsOf(index);
      const place = { sender, fromStart: true, neighbours: MEMBERS, waits };
      const isOwn = (welcome: Parameters<Attribution["isWelcome"]>[0]): boolean =>
        attribution.isWelcome(welcome, { index, room: 0, sender });
      this.join(new Receiver({ ...common, ...place, isOwn }, {}), index);
    }
  }

  private judges(): { readonly attribution: Attribution; readonly readings: Readings } {
    const attribution = new Attribution({ senders: PLAN.senders, nameOf: (sender) => `m${sender}` });
    return { attribution, readings: new Readings(SIZE, attribution) };
  }

  private join(receiver: Receiver, index: number): void {
    const read = (text: string): void => receiver.read({ text, at: Date.now(), now: Date.now });
    const events = {
      text: read,
      binary: ignore,
      ping: ignore,
      pong: ignore,
      closing: ignore,
      broken: ignore,
    };
    const reader = new FrameReader(events);
    const line = { write: (bytes: Uint8Array): void => reader.read(Buffer.from(bytes)), end: ignore };
    this.receivers.push(receiver);
    this.lines.push(line);
    const hello = { protocol: 1, key: `a-key-that-is-long-enough-${index}`, client: "k6" };
    const name = `m${index}`;
    this.room.receive(JSON.stringify(this.protocol === "delivery" ? { name, ...hello } : { name }), line);
  }

  /** All of the plan, and then last words. */
  play(): Record<Count, number> {
    for (let k = 0; k < totalOf(PLAN); k += 1) {
      const { sender, n } = turnOf(PLAN, k);
      const intended = this.start + dueOf(PLAN, k);
      this.say(
        sender,
        writeStamp({ kind: "message", sender, n, refused: 0, intended, actual: intended }, SIZE),
        n,
      );
      if ((k + 1) % IN_A_FRAME === 0) this.flush();
    }
    this.flush();
    for (let sender = 0; sender < PLAN.senders; sender += 1) {
      const n = perSenderOf(PLAN, sender);
      const digest = this.receivers[sender]?.digest ?? null;
      const last = { kind: "last", sender, n, refused: 0, intended: this.start, actual: this.start } as const;
      this.say(sender, writeStamp(digest === null ? last : { ...last, digest }, SIZE), n);
    }
    this.flush();
    for (const receiver of this.receivers) receiver.finish();
    return this.recorder.counts;
  }

  private say(sender: number, message: string, n: number): void {
    const line = this.lines[sender];
    const counter = n + 1;
    if (line !== undefined)
      this.room.receive(
        JSON.stringify(this.protocol === "delivery" ? { message, counter } : { message }),
        line,
      );
  }
}

const wrongs = (counts: Record<Count, number>): Count[] =>
  forbiddenIn({ scenario: "fanout", protocol: "delivery" }).filter((name) => counts[name] > 0);

test.each<Protocol>(["classic", "delivery"])("an honest room has no wrong, %s", (protocol) => {
  const counts = new World(null, 0, protocol).play();
  expect(wrongs(counts)).toEqual([]);
  expect(counts.delivered).toBe(totalOf(PLAN) * MEMBERS);
  expect(counts.compared).toBe(MEMBERS);
  // Each text once, for all six.
  expect(counts.delivered / MEMBERS).toBe(totalOf(PLAN));
});

test.each<[FaultName, number, Count, Protocol]>([
  ["lose", 10, "lost", "delivery"],
  ["double", 10, "duplicate", "delivery"],
  ["reorder", 10, "reordered", "delivery"],
  ["corrupt", 10, "corrupt", "delivery"],
  ["foreign", 10, "corrupt", "delivery"],
  ["tail", 5, "lost", "delivery"],
  ["swap", 3, "forged", "delivery"],
  ["exchange", 1, "forged", "delivery"],
  ["copy", 10, "forged", "delivery"],
  ["name", 10, "forged", "delivery"],
  ["author", 10, "forged", "delivery"],
  ["client", 10, "forged", "delivery"],
  ["counter", 10, "forged", "delivery"],
  ["tomorrow", 10, "forged", "delivery"],
  ["extra", 10, "forged", "delivery"],
  ["missing", 10, "forged", "delivery"],
  ["welcome", 2, "forged", "delivery"],
  ["lose", 10, "lost", "classic"],
  ["double", 10, "duplicate", "classic"],
  ["name", 10, "forged", "classic"],
  ["tomorrow", 10, "forged", "classic"],
  ["extra", 10, "forged", "classic"],
  ["copy", 10, "duplicate", "classic"],
])("[D1] [D3] %s of one in %d: %s, %s", (fault, every, count, protocol) => {
  const counts = new World(fault, every, protocol).play();
  expect(counts[count]).toBeGreaterThan(0);
});

test.each<Protocol>(["classic", "delivery"])(
  "[D1] who heard another order than the senders has diverged, in whatever virtual user it is, %s",
  (protocol) => {
    // The fourth member, who sends nothing.
    const counts = new World("swap", 4, protocol, true).play();
    expect(counts).toMatchObject({ diverged: 1, compared: MEMBERS, lost: 0, duplicate: 0, reordered: 0 });
    expect(new World(null, 0, protocol, true).play()).toMatchObject({ diverged: 0, compared: MEMBERS });
  },
);

test("a server that answers in the other protocol lets nobody in", () => {
  const world = new World(null, 0, "classic");
  const [receiver] = world.receivers;
  receiver?.read({ text: '{"presence":{"count":3}}', at: 0, now: () => 0 });
  expect(world.recorder.counts.foreign).toBe(1);
});

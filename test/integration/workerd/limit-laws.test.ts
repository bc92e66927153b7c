// The limiter's laws with real limiter objects, several rooms, and objects that sleep and crash in between. The clock is
// held, so that every instant is exact. All speak the classic protocol: each message is answered by its echo or a refusal.
import fc from "fast-check";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { MAX_PASSES } from "../../../src/rate-limit/charge.ts";
import { Reached } from "../../support/reached.ts";
import { freshAddress, type TestClient } from "./client.ts";
import { HeldRoom, holdClock, passTime, releaseClock, rewindClock, settleLimiters } from "./held-room.ts";

const { RATE_PERIOD_MS: PERIOD, RATE_BURST: BURST } = env;
const ROOMS = 2;
const IDENTITIES = 2;
/** Each identity is four times in each room. */
const PLACES = ROOMS * IDENTITIES * 4;

const step = <T extends object>(weight: number, shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) => ({
  weight,
  arbitrary: fc.record(shape),
});
const steps = fc.array(
  fc.oneof(
    step(8, {
      do: fc.constant("say" as const),
      // Several places at once, several messages each: what the limiter sees is interleaved as it comes.
      who: fc.uniqueArray(fc.nat(PLACES - 1), { minLength: 1, maxLength: 10 }),
      times: fc.integer({ min: 1, max: 2 }),
    }),
    step(4, { do: fc.constant("wait" as const), ms: fc.constantFrom(1, PERIOD, BURST * PERIOD) }),
    step(2, { do: fc.constant("leave" as const), who: fc.nat(PLACES - 1) }),
    step(3, { do: fc.constantFrom("evict limiters" as const, "hibernate" as const, "crash" as const) }),
  ),
  { minLength: 15, maxLength: 40, size: "max" },
);
type Step = typeof steps extends fc.Arbitrary<(infer T)[]> ? T : never;

/** One who comes back whenever it has something to say. */
class Place {
  readonly identity: number;
  private readonly name: string;
  private readonly room: HeldRoom;
  private readonly address: string;
  private client: TestClient | null = null;
  private read = 0;

  constructor(number: number, rooms: readonly HeldRoom[], addresses: readonly string[]) {
    this.identity = number % IDENTITIES;
    this.name = `p${number}`;
    this.room = rooms[(number >> 1) % ROOMS] ?? new HeldRoom();
    this.address = addresses[this.identity] ?? "";
  }

  /** The first frame on a connection is a join; a refused one is tried again. */
  async say(times: number): Promise<void> {
    if (this.client?.isOpen !== true) {
      this.client = await this.room.connect(this.address);
      this.read = 0;
    }
    const isIn = this.client.frames.some(({ ready }) => ready === true);
    if (!isIn) this.client.send({ name: this.name });
    else for (let i = 0; i < times; i++) this.client.send({ message: "hi" });
  }

  leave(): void {
    if (this.client?.isOpen === true) this.client.leave(1000);
  }

  /** What the room answered since the last call: "in" for an accepted action, or the wait that it asked for. */
  answers(): ("in" | number)[] {
    const fresh = this.client?.frames.slice(this.read) ?? [];
    this.read += fresh.length;
    // A snapshot is sent before `ready`, and shows messages of an earlier connection.
    const ready = fresh.findIndex((frame) => frame.ready === true);
    return fresh.slice(Math.max(0, ready)).flatMap(({ ready, name, code, retryAfter }): ("in" | number)[] => {
      if (code === "rate-limited") return [Number(retryAfter)];
      return ready === true || name === this.name ? ["in"] : [];
    });
  }
}

class Town {
  readonly rooms = Array.from({ length: ROOMS }, () => new HeldRoom());
  readonly places: readonly Place[];

  constructor() {
    rewindClock();
    const addresses = Array.from({ length: IDENTITIES }, freshAddress);
    this.places = Array.from({ length: PLACES }, (_, i) => new Place(i, this.rooms, addresses));
  }

  async perform(step: Step): Promise<void> {
    switch (step.do) {
      case "say":
        await Promise.all(step.who.map((number) => this.places[number]?.say(step.times)));
        break;
      case "leave":
        this.places[step.who]?.leave();
        break;
      case "wait":
        passTime(step.ms);
        break;
      case "evict limiters":
        for (const room of this.rooms) await room.evictLimiters();
        break;
      case "hibernate":
        for (const room of this.rooms) await room.hibernate();
        break;
      case "crash":
        for (const room of this.rooms) await room.reset();
        break;
      default:
        step satisfies never;
    }
  }

  /** Until the rooms have answered everything. The clock stands still. */
  async answered(): Promise<void> {
    for (const room of this.rooms) await room.answered();
    for (const room of this.rooms) await room.received();
  }
}

beforeAll(holdClock);
beforeEach(rewindClock);
afterAll(releaseClock);

test("[L1] [L6] over all rooms, with sleep and crashes anywhere, no window holds more than B + W/T + P actions of an identity", async () => {
  const reached = new Reached(
    "accepted",
    "refused",
    "evict limiters",
    "hibernate",
    "crash",
    "leave",
    "overshoot by passes",
  );
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const town = new Town();
      const accepted = Array.from({ length: IDENTITIES }, (): number[] => []);
      for (const step of all) {
        await town.perform(step);
        await town.answered();
        for (const place of town.places) {
          for (const answer of place.answers()) {
            if (answer === "in") accepted[place.identity]?.push(Date.now());
            reached.add(answer === "in" ? "accepted" : "refused");
          }
        }
        if (step.do !== "say" && step.do !== "wait") reached.add(step.do);
      }
      for (const times of accepted) checkWindows(times, reached);
    }),
    { numRuns: 10, interruptAfterTimeLimit: 40_000 },
  );
  reached.report("[L1] [L6]");
});

/** No action is dated back here (A = 0): the clock stands while charges are under way. */
function checkWindows(times: readonly number[], reached: Reached): void {
  for (const [first, from] of times.entries()) {
    for (const [last, to] of times.entries()) {
      if (last < first) continue;
      const count = last - first + 1;
      const budget = BURST + Math.floor((to - from) / PERIOD);
      expect(count).toBeLessThanOrEqual(budget + MAX_PASSES);
      if (count > budget) reached.add("overshoot by passes");
    }
  }
}

test("[L8] what one identity is answered does not depend on what another does", async () => {
  const reached = new Reached("in", "refused", "of others");
  /** One frame at a time, so that every answer is determined. Only the steps of these identities are performed. */
  const play = async (all: readonly Step[], identities: readonly number[]): Promise<("in" | number)[]> => {
    const town = new Town();
    const answers: ("in" | number)[] = [];
    for (const step of all) {
      // A crash gives no pass back, so there would be nothing to wait for.
      if (step.do === "crash") continue;
      for (const number of step.do === "say" ? step.who.slice(0, 3) : [0]) {
        const isTheirs =
          !("who" in step) || identities.includes((step.do === "say" ? number : step.who) % IDENTITIES);
        if (isTheirs) await town.perform(step.do === "say" ? { ...step, who: [number], times: 1 } : step);
        await town.answered();
        await settleLimiters(...town.rooms);
      }
      for (const place of town.places) {
        const own = place.answers();
        if (place.identity === 0) answers.push(...own);
        else reached.add("of others", own.length);
      }
    }
    return answers;
  };
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const together = await play(all, [0, 1]);
      expect(together).toEqual(await play(all, [0]));
      for (const answer of together) reached.add(answer === "in" ? "in" : "refused");
    }),
    { numRuns: 5, interruptAfterTimeLimit: 40_000 },
  );
  reached.report("[L8]");
});

test("[L2] [L4] refused with r: refused before r however often one asks, accepted at r; nothing was charged for asking", async () => {
  /** Spends a burst, asks `asks` times from new connections, too, and returns the wait after the next accepted action. */
  const play = async (asks: number): Promise<number> => {
    const room = new HeldRoom();
    const address = freshAddress();
    const client = await room.connect(address);
    client.send({ name: "ann" });
    for (let i = 1; i < BURST; i++) client.send({ message: `${i}` });
    const refusal = async (asking: TestClient, frame: object): Promise<number> => {
      asking.send(frame);
      return Number((await asking.upTo("error")).at(-1)?.retryAfter);
    };
    const wait = await refusal(client, { message: "more" });
    for (let i = 0; i < asks; i++) {
      expect(await refusal(client, { message: "more" })).toBe(wait);
      // The room knows nothing of a new connection: it has to ask the limiter.
      expect(await refusal(await room.connect(address), { name: "eve" })).toBe(wait);
    }
    passTime(wait - 1);
    for (let i = 0; i < asks; i++) expect(await refusal(client, { message: "more" })).toBe(1);
    passTime(1);
    client.send({ message: "at last" });
    expect((await client.upTo("message")).at(-1)).toMatchObject({ message: "at last" });
    await room.answered();
    return refusal(client, { message: "more" });
  };
  expect(await play(20)).toBe(PERIOD);
  expect(await play(0)).toBe(PERIOD);
});

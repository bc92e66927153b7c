// Rooms, identities and places from which they speak, for the limiter's laws. All speak the classic protocol: each message is
// answered by its echo or by a refusal.
import fc from "fast-check";
import { env } from "cloudflare:workers";
import type { Kind } from "../../../src/rate-limit/budget.ts";
import { freshAddress, type TestClient } from "./client.ts";
import { evictLimiters, HeldRoom, passTime, rewindClock } from "./held-room.ts";
import { step } from "./prove.ts";

const { RATE_PERIOD_MS: PERIOD, RATE_BURST: BURST } = env;
const ROOMS = 3;
export const IDENTITIES = 2;
/** Each identity is twice in each room. */
const PLACES = ROOMS * IDENTITIES * 2;

export const steps = fc.array(
  fc.oneof(
    step(8, {
      do: fc.constant("say" as const),
      // Several places at once, several messages each: the budget moves as the limiter is asked.
      who: fc.uniqueArray(fc.nat(PLACES - 1), { minLength: 1, maxLength: 8 }),
      times: fc.integer({ min: 1, max: BURST }),
    }),
    step(4, { do: fc.constant("wait" as const), ms: fc.constantFrom(1, PERIOD, BURST * PERIOD) }),
    step(2, { do: fc.constant("leave" as const), who: fc.nat(PLACES - 1) }),
    step(3, { do: fc.constantFrom("evict limiters" as const, "hibernate" as const, "crash" as const) }),
  ),
  { minLength: 15, maxLength: 40, size: "max" },
);
export type Step = typeof steps extends fc.Arbitrary<(infer T)[]> ? T : never;

/** An accepted join or message, or the wait that a refusal asked for. */
export type Answer = Kind | number;

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
    this.room = rooms[Math.floor(number / IDENTITIES) % ROOMS] ?? new HeldRoom();
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

  /** What the room answered since the last call. */
  answers(): Answer[] {
    const fresh = this.client?.frames.slice(this.read) ?? [];
    this.read += fresh.length;
    // A snapshot is sent before `ready`, and shows messages of an earlier connection.
    const ready = fresh.findIndex((frame) => frame.ready === true);
    return fresh.slice(Math.max(0, ready)).flatMap(({ ready, name, code, retryAfter }): Answer[] => {
      if (code === "rate-limited") return [Number(retryAfter)];
      if (ready === true) return ["join"];
      return name === this.name ? ["message"] : [];
    });
  }
}

export class Town {
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
        await Promise.all(step.who.map(async (number) => this.places[number]?.say(step.times)));
        break;
      case "leave":
        this.places[step.who]?.leave();
        break;
      case "wait":
        passTime(step.ms);
        break;
      case "evict limiters":
        await evictLimiters(...this.rooms);
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

  /** What everybody was answered since the last call. */
  answers(): { readonly identity: number; readonly answer: Answer }[] {
    return this.places.flatMap((place) =>
      place.answers().map((answer) => ({ identity: place.identity, answer })),
    );
  }

  /** Until the rooms have answered everything. The clock stands still. */
  async answered(): Promise<void> {
    for (const room of this.rooms) await room.answered();
    for (const room of this.rooms) await room.received();
  }
}

// A room whose clock and timers the test holds, so that a random sequence of steps plays the same way twice.
// The Durable Objects run in the test's isolate: what is mocked here is mocked for them.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import type { ChatMessage } from "../../../src/protocol/messages.ts";
import type { Account, Limiter } from "../../../src/rate-limit/limiter.ts";
import type { Admission } from "../../../src/room/admission.ts";
import type { BudgetRow } from "../../../src/room/budget-ledger.ts";
import { Database } from "../../../src/room/database.ts";
import { Pace } from "../../../src/room/fan-out.ts";
import type { Room } from "../../../src/room/room.ts";
import { fromAttachment } from "../../../src/room/session.ts";
import { SqlLedger } from "../../../src/room/sql-ledger.ts";
import { connect, freshRoom, limiterOf, roomOf, type TestClient } from "./client.ts";

/** Far ahead of the machine's clock, which alarms and the runtime's own timestamps go by: no alarm rings by itself. */
const START = Date.UTC(2040, 0, 1);
// Taken before a test holds the clock.
const { setTimeout } = globalThis;
/** A look takes a millisecond or two. */
const MAX_LOOKS = 2_000;
/** So long a room rests, always, so that a play is the same however often it sleeps: presence is told by then. */
const REST_MS = 150;

/** From here on time stands still until the test moves it; also for the Durable Objects. */
export function holdClock(): void {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: START });
  const held = globalThis.setTimeout;
  const byClock = (callback: () => void, ms?: number): unknown => {
    // A turn of the event loop is no time: a flush goes on by itself.
    if (ms === 0) return setTimeout(callback, ms);
    // A promise goes on in the object that awaits it, whoever moves the clock: only there a timer may send.
    let timer: unknown;
    const rung = new Promise<void>((resolve) => {
      timer = held(resolve, ms);
    });
    void rung.then(callback);
    return timer;
  };
  globalThis.setTimeout = Object.assign(byClock, held) as typeof setTimeout;
}

/** For tests of the limit, to the millisecond: rooms speak at once, however short ago they spoke. Lasts for the file. */
export function withoutWindows(): void {
  Object.assign(Pace.prototype, {
    /** The end of a flush without its instant. */
    end(this: Pace): void {
      Reflect.set(this, "isUnderWay", false);
    },
  });
}

export function releaseClock(): void {
  vi.useRealTimers();
}

/** Back to the start, for the next play. */
export function rewindClock(): void {
  vi.clearAllTimers();
  vi.setSystemTime(START);
}

/** The timers of an object that is gone would run in its successor. */
export function forgetTimers(): void {
  const now = Date.now();
  vi.clearAllTimers();
  // Vitest's clearing also winds the clock back.
  vi.setSystemTime(now);
}

export const passTime = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

/** Rings what is due by then. */
const passUntil = (at: number): void => void vi.advanceTimersByTime(Math.max(0, at - Date.now()));

export class HeldRoom {
  readonly name = freshRoom();
  private readonly clients = new Set<TestClient>();
  readonly addresses = new Set<string>();

  async connect(address: string): Promise<TestClient> {
    const client = await connect(this.name, address);
    this.clients.add(client);
    this.addresses.add(address);
    return client;
  }

  /**
   * Returns when nothing is under way any more: all frames are seen, all budgets have come, presence is told, and
   * everybody has received everything. The platform hibernates no room before that.
   */
  async settle(): Promise<void> {
    await this.answered();
    const end = Date.now() + REST_MS;
    await until(() => this.isAtRest(end), "The room did not come to rest.");
    await this.received();
  }

  private isAtRest(end: number): Promise<boolean> {
    return this.look((room) => {
      if (isFlushing(room)) return false;
      const timerAt: unknown = Reflect.get(flushesOf(room), "timerAt");
      if (room.isQuiet) passUntil(end);
      // Where the test has set the clock on, a timer still takes what it took before.
      else if (typeof timerAt === "number") passUntil(Math.max(timerAt, Date.now() + 1));
      return room.isQuiet;
    });
  }

  /** Returns when everybody has received what the room has sent. */
  received(): Promise<void> {
    return this.fence(() => true);
  }

  /** Returns when the room has seen all frames, no action waits for its budget, and no flush is under way. Moves no clock. */
  async answered(): Promise<void> {
    await this.fence(({ isSeen }) => !isSeen);
    await until(() => this.isAnswered(), "The limiter's answers did not come back.");
  }

  /** Returns when every socket is closed, as they are when the object was reset from inside. */
  async allClosed(): Promise<void> {
    await Promise.all([...this.clients].map((client) => client.closed()));
    this.clients.clear();
    forgetTimers();
  }

  private async fence(whom: (client: TestClient) => boolean): Promise<void> {
    await Promise.all([...this.clients].filter(whom).map((client) => client.fence()));
    for (const client of this.clients) if (client.close !== null) this.clients.delete(client);
  }

  private isAnswered(): Promise<boolean> {
    return this.look((room) => {
      const admission = Reflect.get(room, "admission") as Admission;
      return admission.isQuiet && !isFlushing(room);
    });
  }

  private look<T>(at: (room: Room) => T): Promise<T> {
    return runInDurableObject(roomOf(this.name), (object) => at(Reflect.get(object, "room") as Room));
  }

  /** What the platform does to a quiet room: memory is lost, sockets and attachments stay. Call `settle` before. */
  hibernate(): Promise<void> {
    return evict(roomOf(this.name), "hibernate");
  }

  /** The same for the limiters of everybody who was here. */
  evictLimiters(): Promise<void> {
    return evictLimiters(this);
  }

  /** The object is gone, and every socket with it. */
  async reset(): Promise<void> {
    await evict(roomOf(this.name), "close");
    forgetTimers();
  }

  /** The alarm rings now, if one is set. */
  alarm(): Promise<boolean> {
    return runDurableObjectAlarm(roomOf(this.name));
  }

  /** Whether the room has a connection of this address. */
  isHere(address: string): Promise<boolean> {
    const identity = limiterOf(address).id.toString();
    return this.look(({ sessions }) =>
      [...sessions.values()].some((session) => session.identity === identity),
    );
  }

  /** Returns when the room's ledger is empty: what was given back again has been heard. */
  forgotten(): Promise<void> {
    return until(
      async () => (await this.budgets()).length === 0,
      "The room did not forget what nobody owes.",
    );
  }

  /** What the room's ledger has. */
  budgets(): Promise<readonly BudgetRow[]> {
    return runInDurableObject(roomOf(this.name), (_room, { storage: { sql } }) =>
      new SqlLedger(new Database(sql)).all(),
    );
  }

  /** The connections that are joined and open, as the platform and the attachments have it; sorted. */
  members(): Promise<string[]> {
    return runInDurableObject(roomOf(this.name), (_room, state) =>
      state
        .getWebSockets()
        .flatMap((socket) => {
          const session = fromAttachment(socket.deserializeAttachment());
          return session === null || session.joined === null ? [] : [session.connection];
        })
        .toSorted(),
    );
  }

  log(): Promise<{ epoch: string; floor: number; messages: ChatMessage[] }> {
    return runInDurableObject(roomOf(this.name), (_room, { storage: { sql } }) => {
      const database = new Database(sql);
      const meta = new Map(database.read("SELECT key, value FROM meta").map((row) => [row.key, row.value]));
      const rows = database.read("SELECT * FROM messages ORDER BY seq");
      const epoch = meta.get("epoch");
      return {
        epoch: typeof epoch === "string" ? epoch : "",
        floor: Number(meta.get("floor") ?? 0),
        messages: rows as unknown as ChatMessage[],
      };
    });
  }
}

const flushesOf = (room: Room): object => Reflect.get(room, "flushes") as object;
const isFlushing = (room: Room): boolean => (Reflect.get(flushesOf(room), "pace") as Pace).isFlushing;

/** What the platform does to the limiters of everybody who was in these rooms. */
export async function evictLimiters(...rooms: readonly HeldRoom[]): Promise<void> {
  for (const address of addressesOf(rooms)) await evict(limiterOf(address), "hibernate");
}

const addressesOf = (rooms: readonly HeldRoom[]): ReadonlySet<string> =>
  new Set(rooms.flatMap(({ addresses }) => [...addresses]));

async function evict(stub: DurableObjectStub, webSockets: "hibernate" | "close"): Promise<void> {
  // Only a running object can be evicted.
  await runInDurableObject(stub, () => {});
  await evictDurableObject(stub, { webSockets });
}

/**
 * Returns when every leave has come to the limiters, and their answers to the rooms: only a room where an identity is
 * holds its budget. Not after a reset: a crash gives nothing back.
 */
export async function settleLimiters(...rooms: readonly HeldRoom[]): Promise<void> {
  const ids = new Map(rooms.map((room) => [roomOf(room.name).id.toString(), room]));
  for (const address of addressesOf(rooms)) {
    const isGivenBack = async (): Promise<boolean> => {
      const { holder } = await accountOf(address);
      const room = ids.get(holder?.room ?? "");
      return room === undefined || (await room.isHere(address));
    };
    await until(isGivenBack, "The budget of an identity that is gone was not given back.");
  }
}

/** What an address's limiter knows. */
export const accountOf = (address: string): Promise<Account> =>
  runInDurableObject(limiterOf(address), (object) => {
    const limiter = Reflect.get(object, "limiter") as Limiter;
    return Reflect.get(limiter, "account") as Account;
  });

/** Looks until it is done. Unlike `vi.waitFor` it moves no clock. */
export async function until(done: () => Promise<boolean>, complaint: string): Promise<void> {
  for (let looks = 0; !(await done()); looks++) {
    if (looks > MAX_LOOKS) throw new Error(complaint);
    // The event loop asks for timers only when it has nothing else to do.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

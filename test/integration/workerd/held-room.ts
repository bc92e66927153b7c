// A room whose clock and timers the test holds, so that a random sequence of steps plays the same way twice.
// The Durable Objects run in the test's isolate: what is mocked here is mocked for them.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import type { ChatMessage } from "../../../src/protocol/messages.ts";
import type { Account } from "../../../src/rate-limit/charge.ts";
import type { Admission } from "../../../src/room/admission.ts";
import { PRESENCE_WINDOW_MS } from "../../../src/room/presence.ts";
import type { Room } from "../../../src/room/room.ts";
import { fromAttachment } from "../../../src/room/session.ts";
import { connect, freshRoom, limiterOf, roomOf, type TestClient } from "./client.ts";

/** Far ahead of the machine's clock, which alarms and the runtime's own timestamps go by: no alarm rings by itself. */
const START = Date.UTC(2040, 0, 1);
/** A round trip takes under a millisecond. */
const MAX_LOOKS = 5_000;

/** From here on time stands still until the test moves it; also for the Durable Objects. */
export function holdClock(): void {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: START });
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

export class HeldRoom {
  readonly name = freshRoom();
  private readonly clients = new Set<TestClient>();
  readonly addresses = new Set<string>();
  /** Those that the room had when it was last asked. */
  connections: ReadonlySet<string> = new Set();

  async connect(address: string): Promise<TestClient> {
    const client = await connect(this.name, address);
    this.clients.add(client);
    this.addresses.add(address);
    return client;
  }

  /**
   * Returns when nothing is under way any more: all frames are seen, all charges answered, presence is told, and
   * everybody has received everything. The platform hibernates no room before that.
   */
  async settle(): Promise<void> {
    await this.answered();
    // In the object's own context: its timers send.
    await runInDurableObject(roomOf(this.name), () => void vi.advanceTimersByTime(PRESENCE_WINDOW_MS));
    await this.received();
  }

  /** Returns when everybody has received what the room has sent. */
  received(): Promise<void> {
    return this.fence(() => true);
  }

  /** Returns when the room has seen all frames, and every charge is answered. Moves no clock. */
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
    return runInDurableObject(roomOf(this.name), (room) => {
      const core = Reflect.get(room, "room") as Room;
      const admission = Reflect.get(core, "admission") as Admission;
      const sessions = [...core.sessions.values()];
      this.connections = new Set(sessions.map(({ connection }) => connection));
      return admission.isQuiet && sessions.every(({ charging }) => charging === null);
    });
  }

  /** What the platform does to a quiet room: memory is lost, sockets and attachments stay. Call `settle` before. */
  hibernate(): Promise<void> {
    return evict(roomOf(this.name), "hibernate");
  }

  /** The same for the limiters of everybody who was here. */
  async evictLimiters(): Promise<void> {
    for (const address of this.addresses) await evict(limiterOf(address), "hibernate");
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
      const meta = new Map(
        sql
          .exec("SELECT key, value FROM meta")
          .toArray()
          .map((row) => [row.key, row.value]),
      );
      const rows = sql.exec("SELECT * FROM messages ORDER BY seq").toArray();
      const epoch = meta.get("epoch");
      return {
        epoch: typeof epoch === "string" ? epoch : "",
        floor: Number(meta.get("floor") ?? 0),
        messages: rows as unknown as ChatMessage[],
      };
    });
  }
}

async function evict(stub: DurableObjectStub, webSockets: "hibernate" | "close"): Promise<void> {
  // Only a running object can be evicted.
  await runInDurableObject(stub, () => {});
  await evictDurableObject(stub, { webSockets });
}

/**
 * Returns when the limiters of everybody in these rooms know of every leave: only who is here holds a pass. Not after a
 * reset: a crash gives no pass back.
 */
export async function settleLimiters(...rooms: readonly HeldRoom[]): Promise<void> {
  const here = new Set(rooms.flatMap(({ connections }) => [...connections]));
  const addresses = new Set(rooms.flatMap(({ addresses }) => [...addresses]));
  const isReleased = (address: string): Promise<boolean> =>
    runInDurableObject(limiterOf(address), (limiter) => {
      const { passes } = Reflect.get(limiter, "account") as Account;
      return passes.every(([holder]) => here.has(holder));
    });
  for (const address of addresses) {
    await until(() => isReleased(address), "A pass of a connection that is gone was not given back.");
  }
}

async function until(done: () => Promise<boolean>, complaint: string): Promise<void> {
  for (let looks = 0; !(await done()); looks++) if (looks > MAX_LOOKS) throw new Error(complaint);
}

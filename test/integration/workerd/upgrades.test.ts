// A flood of connections ends in the Worker, before any object is asked.
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { MAX_HOLD_MS, ROOMS_AT_ONCE } from "../../../src/rate-limit/upgrades.ts";
import worker from "../../../src/worker.ts";
import { freshAddress, freshRoom } from "./client.ts";

/** Rooms that let everybody in, and count how often they are asked. */
class CountedRooms {
  asked = 0;

  connect(room: string, address: string): Promise<Response> {
    const headers = { Upgrade: "websocket", "CF-Connecting-IP": address };
    const request = new Request(`https://chat.example/api/room/${room}/websocket`, { headers });
    return worker.fetch(request as Parameters<typeof worker.fetch>[0], { ...env, ROOMS: this.rooms });
  }

  /** All at once; each answer with the milliseconds that it took. */
  burst(rooms: readonly string[], address: string): Promise<readonly { answer: Response; ms: number }[]> {
    const began = Date.now();
    return Promise.all(
      rooms.map(async (room) => {
        const answer = await this.connect(room, address);
        return { answer, ms: Date.now() - began };
      }),
    );
  }

  private get rooms(): Env["ROOMS"] {
    const fetch = async (): Promise<Response> => {
      this.asked += 1;
      return new Response("upgraded");
    };
    return {
      idFromName: (name: string) => name,
      get: (id: string) => ({ id, fetch }),
    } as unknown as Env["ROOMS"];
  }
}

const refusedOf = (all: readonly { readonly answer: Response }[]): Response[] =>
  all.map(({ answer }) => answer).filter(({ status }) => status === 429);

describe("an address that opens too many connections is answered 429, and no room and no limiter is asked", () => {
  test("[L10] to one room", async () => {
    const rooms = new CountedRooms();
    const [room, address] = [freshRoom(), freshAddress()];
    const most = 2 * env.MAX_SOCKETS_PER_IDENTITY;
    const answers = await rooms.burst(
      Array.from({ length: 2 * most }, () => room),
      address,
    );
    const refused = refusedOf(answers);
    expect(refused[0]?.headers.get("Retry-After")).toBe("1");
    expect(await refused[0]?.text()).toBe("Too many new connections of this address. Try again in 1 s.");
    // What came meanwhile is let in.
    const slowest = Math.max(...answers.map(({ ms }) => ms));
    const more = Math.ceil((10 * slowest) / env.RATE_PERIOD_MS);
    expect(rooms.asked).toBe(answers.length - refused.length);
    expect(rooms.asked).toBeGreaterThanOrEqual(most);
    expect(rooms.asked).toBeLessThanOrEqual(most + more);
    // A burst goes on one by one, and those that are refused learn it last.
    const held = (0.5 * most * env.RATE_PERIOD_MS) / 10 / 4;
    expect(answers.filter(({ ms }) => ms < held / 2).length).toBeLessThan(most);
    expect(slowest).toBeGreaterThanOrEqual(held * 0.9);
    expect((await rooms.connect(room, freshAddress())).status).toBe(200);
  });

  test("[L10] to many rooms: five at once, the next ones one by one, and no more than may be held", async () => {
    const rooms = new CountedRooms();
    const periodMs = env.RATE_PERIOD_MS / 10;
    const most = ROOMS_AT_ONCE + Math.floor(MAX_HOLD_MS / periodMs);
    const names = Array.from({ length: 2 * most }, freshRoom);
    const answers = await rooms.burst(names, freshAddress());
    const refused = refusedOf(answers);
    expect(refused[0]?.headers.get("Retry-After")).toBe("3");
    expect(rooms.asked).toBe(answers.length - refused.length);
    // While they come, a moment passes.
    expect(rooms.asked).toBeGreaterThanOrEqual(most);
    expect(rooms.asked).toBeLessThanOrEqual(most + 5);
    const [, ...held] = answers.slice(ROOMS_AT_ONCE - 1, most).map(({ ms }) => ms);
    for (const [i, ms] of held.entries()) expect(ms).toBeGreaterThanOrEqual((i + 1) * periodMs * 0.9 - 50);
  });
});

// A flood of connections ends in the Worker, before any object is asked.
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import worker from "../../../src/worker.ts";
import { freshRoom } from "./client.ts";

test("[L10] an address that opens too many connections is answered 429, and no room and no limiter is asked", async () => {
  let asked = 0;
  const ROOMS = {
    idFromName: () => "a room",
    get: () => ({
      fetch: async () => {
        asked += 1;
        return new Response("upgraded");
      },
    }),
  } as unknown as Env["ROOMS"];
  const connect = (address: string): Promise<Response> => {
    const headers = { Upgrade: "websocket", "CF-Connecting-IP": address };
    const request = new Request(`https://chat.example/api/room/${freshRoom()}/websocket`, { headers });
    return worker.fetch(request as Parameters<typeof worker.fetch>[0], { ...env, ROOMS });
  };
  const most = 2 * env.MAX_SOCKETS_PER_IDENTITY;
  const began = Date.now();
  const spent: number[] = [];
  const answers = await Promise.all(
    Array.from({ length: 2 * most }, async () => {
      const answer = await connect("203.0.113.10");
      spent.push(Date.now() - began);
      return answer;
    }),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused[0]?.headers.get("Retry-After")).toBe("1");
  expect(await refused[0]?.text()).toBe("Too many new connections of this address. Try again in 1 s.");
  // What came meanwhile is let in.
  const more = Math.ceil((10 * Math.max(...spent)) / env.RATE_PERIOD_MS);
  expect(asked).toBe(answers.length - refused.length);
  expect(asked).toBeGreaterThanOrEqual(most);
  expect(asked).toBeLessThanOrEqual(most + more);
  // A burst goes on one by one, and those that are refused learn it last.
  const held = (0.5 * most * env.RATE_PERIOD_MS) / 10 / 4;
  expect(spent.filter((ms) => ms < held / 2).length).toBeLessThan(most);
  expect(Math.max(...spent)).toBeGreaterThanOrEqual(held * 0.9);
  expect((await connect("203.0.113.11")).status).toBe(200);
});

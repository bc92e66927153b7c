// A flood of connections ends in the Worker, before any object is asked.
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import worker from "../../../src/worker.ts";
import { freshRoom } from "./client.ts";

test("[L10] an address that opens too many connections is answered 429, and no room and no limiter is asked", async () => {
  let asked = 0;
  const ROOMS = {
    idFromName: () => "a room",
    get: () => {
      asked += 1;
      return { fetch: async () => new Response("upgraded") };
    },
  } as unknown as Env["ROOMS"];
  const connect = (address: string): Promise<Response> => {
    const headers = { Upgrade: "websocket", "CF-Connecting-IP": address };
    const request = new Request(`https://chat.example/api/room/${freshRoom()}/websocket`, { headers });
    return worker.fetch(request as Parameters<typeof worker.fetch>[0], { ...env, ROOMS });
  };
  const most = 2 * env.MAX_SOCKETS_PER_IDENTITY;
  let refused: Response | null = null;
  const began = Date.now();
  for (let i = 0; i < 2 * most && refused === null; i++) {
    const answer = await connect("203.0.113.10");
    if (answer.status !== 200) refused = answer;
  }
  expect(refused?.status).toBe(429);
  expect(refused?.headers.get("Retry-After")).toBe("1");
  expect(await refused?.text()).toBe("Too many new connections of this address. Try again in 1 s.");
  // What came meanwhile is let in.
  const more = Math.ceil((10 * (Date.now() - began)) / env.RATE_PERIOD_MS);
  expect(asked).toBeGreaterThanOrEqual(most);
  expect(asked).toBeLessThanOrEqual(most + more);
  expect((await connect("203.0.113.11")).status).toBe(200);
});

// An address whose connections do not answer when the room closes them: what the platform keeps of them is bounded.
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { IDENTITY_HEADER } from "../../../src/room/chat-room.ts";
import { freshRoom } from "./client.ts";

/** The collector of garbage would close a socket that nobody holds. */
const held: Response[] = [];

/** Nobody accepts its other end: so nothing that comes is heard, and no close is answered. */
async function connect(room: string, identity: string): Promise<Response> {
  const response = await env.ROOMS.get(env.ROOMS.idFromName(room)).fetch("https://room/", {
    headers: { Upgrade: "websocket", [IDENTITY_HEADER]: identity },
  });
  held.push(response);
  return response;
}

test("[C17] [D12] as many again as an address may have are kept; then it is answered 429, and others are let in", async () => {
  const room = freshRoom();
  const [eve = "", ann = ""] = ["eve", "ann"].map((name) => String(env.LIMITERS.idFromName(name)));
  const statuses: number[] = [];
  for (let i = 0; i < 2 * env.MAX_SOCKETS_PER_IDENTITY; i++) statuses.push((await connect(room, eve)).status);
  expect(new Set(statuses)).toEqual(new Set([101]));
  const refused = await connect(room, eve);
  expect([refused.status, refused.headers.get("Retry-After")]).toEqual([429, "60"]);
  expect(await refused.text()).toBe(
    "Too many connections of your address are still closing. Try again later.",
  );
  expect((await connect(room, ann)).status).toBe(101);
  expect((await connect(freshRoom(), eve)).status).toBe(101);
});

// The Worker's entry: a request goes to an asset, to a room, or makes a new private room.
import type { Env } from "./env.ts";
import { isOriginAllowed } from "./http/origin.ts";
import { plain } from "./http/plain.ts";
import { parseRoomName } from "./protocol/room-name.ts";
import { identityOf } from "./rate-limit/identity.ts";
import { type ChatRoom, IDENTITY_HEADER } from "./room/chat-room.ts";

export { ChatRoom } from "./room/chat-room.ts";
export { RateLimiter } from "./rate-limit/rate-limiter.ts";

export default {
  async fetch(request, env): Promise<Response> {
    try {
      return await route(request, env);
    } catch (error) {
      // Nobody outside learns what failed, and where (D11).
      console.error({ event: "request-failed", cause: error instanceof Error ? error.message : "unknown" });
      return plain(500, "Something went wrong here. Try again.");
    }
  },
} satisfies ExportedHandler<Env>;

async function route(request: Request, env: Env): Promise<Response> {
  const url = new URL(request.url);
  const [, api, resource, name, action, ...rest] = url.pathname.split("/");
  if (api !== "api") return env.ASSETS.fetch(request);
  if (resource !== "room" || rest.length > 0) return plain(404, "Not found");
  const origin = request.headers.get("Origin");
  if (!isOriginAllowed(origin, url.origin, env.ALLOWED_ORIGINS ?? "")) {
    return plain(
      403,
      "This origin may not talk to these rooms; its operator can list it in ALLOWED_ORIGINS.",
    );
  }
  if (name === undefined || (name === "" && action === undefined))
    return newPrivateRoom(request, env, origin);
  const room = roomOf(name, env);
  if (room === null) return plain(404, "No such room: a name has 1 to 32 characters, an id 64 hex digits.");
  if (action === "websocket") return connect(request, room);
  if (action === undefined && request.method === "DELETE") return erase(request, env, room);
  return plain(404, "Not found");
}

function newPrivateRoom(request: Request, env: Env, origin: string | null): Response {
  if (request.method !== "POST") return plain(405, "Method not allowed", { Allow: "POST" });
  return plain(200, env.ROOMS.newUniqueId().toString(), {
    "Access-Control-Allow-Origin": origin ?? "*",
    Vary: "Origin",
  });
}

/** The room that a path names, or null for a name that is none, or an id that this namespace never gave out. */
function roomOf(encoded: string, env: Env): DurableObjectStub<ChatRoom> | null {
  try {
    const address = parseRoomName(decodeURIComponent(encoded));
    if (address === null) return null;
    const { ROOMS } = env;
    return ROOMS.get(
      address.kind === "private" ? ROOMS.idFromString(address.id) : ROOMS.idFromName(address.name),
    );
  } catch {
    return null;
  }
}

function connect(request: Request, room: DurableObjectStub<ChatRoom>): Response | Promise<Response> {
  if (request.method !== "GET" || request.headers.get("Upgrade")?.toLowerCase() !== "websocket") {
    return plain(400, "expected websocket");
  }
  const headers = new Headers(request.headers);
  headers.set(IDENTITY_HEADER, identityOf(request.headers.get("CF-Connecting-IP")));
  return room.fetch(new Request(request, { headers }));
}

async function erase(request: Request, env: Env, room: DurableObjectStub<ChatRoom>): Promise<Response> {
  const token = env.ADMIN_TOKEN ?? "";
  const given = request.headers.get("Authorization")?.replace(/^Bearer /, "") ?? "";
  if (token === "" || !(await isSame(token, given))) return plain(404, "Not found");
  await room.erase();
  return plain(200, "Erased.");
}

/** Compares in a time that says nothing about where two secrets differ. */
async function isSame(a: string, b: string): Promise<boolean> {
  return crypto.subtle.timingSafeEqual(await digest(a), await digest(b));
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}

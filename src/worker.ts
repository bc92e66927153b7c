// The Worker's entry: a request goes to an asset, to a room, or makes a new private room.
import { authorizationOf, MIN_ADMIN_TOKEN_LENGTH } from "./http/admin-token.ts";
import { isSignedLoad } from "./http/load-signature.ts";
import {
  type Counted,
  LOAD_REFUSED,
  MIN_LOAD_SECRET_LENGTH,
  parseLoadToken,
  virtualUser,
} from "./http/load-token.ts";
import { isOriginAllowed, parseOrigins } from "./http/origin.ts";
import { plain } from "./http/plain.ts";
import { LOAD_TOKEN_HEADER, LOAD_USER_HEADER } from "./protocol/load.ts";
import { parseRoomName, type RoomAddress } from "./protocol/room-name.ts";
import { identityOf } from "./rate-limit/identity.ts";
import { upgradePolicy, Upgrades } from "./rate-limit/upgrades.ts";
import { type ChatRoom, IDENTITY_HEADER } from "./room/chat-room.ts";
import { readConfig } from "./room/config.ts";
import { IncidentLog } from "./room/incidents.ts";

export { ChatRoom } from "./room/chat-room.ts";
export { RateLimiter } from "./rate-limit/rate-limiter.ts";

/** Of this isolate. */
let upgrades: Upgrades | null = null;
const turnedAway = new IncidentLog();
const toldShort = new Set<string>();

export default {
  async fetch(request, env): Promise<Response> {
    try {
      const response = await route(request, env);
      if (response.status === 403 || response.status === 429) countTurnedAway(response.status);
      return response;
    } catch (error) {
      // Nobody outside learns what failed, and where (D11).
      console.error({ event: "request-failed", cause: error instanceof Error ? error.message : "unknown" });
      return plain(500, "Something went wrong here. Try again.");
    }
  },
} satisfies ExportedHandler<Env>;

/** A line for each would be a flood of its own. */
function countTurnedAway(status: number): void {
  turnedAway.add(`${status}`);
  const incidents = turnedAway.due(Date.now());
  if (incidents !== null) console.warn({ event: "turned-away", ...incidents });
}

async function route(request: Request, env: Env): Promise<Response> {
  const url = new URL(request.url);
  const [, api, resource, name, action, ...rest] = url.pathname.split("/");
  if (api !== "api") return env.ASSETS.fetch(request);
  if (resource !== "room" || rest.length > 0) return plain(404, "Not found");
  const origin = request.headers.get("Origin");
  if (!isOriginAllowed(origin, url.origin, parseOrigins(env.ALLOWED_ORIGINS ?? ""))) {
    return plain(
      403,
      "This origin may not talk to these rooms; its operator can list it in ALLOWED_ORIGINS.",
    );
  }
  if (name === undefined || (name === "" && action === undefined))
    return newPrivateRoom(request, env, origin);
  const room = roomOf(name, env);
  if (room === null) return plain(404, "No such room: a name has 1 to 32 characters, an id 64 hex digits.");
  if (action === "websocket") return connect(request, env, room);
  const isErase = action === undefined && request.method === "DELETE";
  const isStats = action === "stats" && request.method === "GET";
  // Whoever is not the operator does not learn that there is such a thing.
  if (!(isErase || isStats) || !(await isAdmin(request, env))) return plain(404, "Not found");
  return isErase ? erase(room) : stats(room);
}

function newPrivateRoom(request: Request, env: Env, origin: string | null): Response {
  if (request.method !== "POST") return plain(405, "Method not allowed", { Allow: "POST" });
  return plain(200, env.ROOMS.newUniqueId().toString(), {
    "Access-Control-Allow-Origin": origin ?? "*",
    Vary: "Origin",
  });
}

interface NamedRoom {
  readonly address: RoomAddress;
  readonly stub: DurableObjectStub<ChatRoom>;
}

/** The room that a path names, or null for a name that is none, or an id that this namespace never gave out. */
function roomOf(encoded: string, env: Env): NamedRoom | null {
  try {
    const address = parseRoomName(decodeURIComponent(encoded));
    if (address === null) return null;
    const { ROOMS } = env;
    const id = address.kind === "private" ? ROOMS.idFromString(address.id) : ROOMS.idFromName(address.name);
    return { address, stub: ROOMS.get(id) };
  } catch {
    return null;
  }
}

async function connect(request: Request, env: Env, { address, stub }: NamedRoom): Promise<Response> {
  const counted = await countedAs(request.headers, env, address);
  if ("refused" in counted) return plain(403, counted.refused);
  if (request.method !== "GET" || request.headers.get("Upgrade")?.toLowerCase() !== "websocket") {
    return plain(400, "expected websocket");
  }
  upgrades ??= new Upgrades(upgradePolicy(readConfig({ ...env }).rates));
  const { waitMs, holdMs } = upgrades.take(counted.key, stub.id.toString(), Date.now());
  if (holdMs > 0) await scheduler.wait(holdMs);
  if (waitMs > 0) {
    const seconds = `${Math.ceil(waitMs / 1_000)}`;
    return plain(429, `Too many new connections of this address. Try again in ${seconds} s.`, {
      "Retry-After": seconds,
    });
  }
  // A room learns nothing of the request but whom the limiter counts: no address, and no name that somebody could read in a log.
  const identity = env.LIMITERS.idFromName(counted.key).toString();
  return stub.fetch("https://room/", { headers: { Upgrade: "websocket", [IDENTITY_HEADER]: identity } });
}

/** Whom the limiter counts. A load test whose token is not accepted is never counted by its address: it would measure that. */
async function countedAs(headers: Headers, env: Env, room: RoomAddress): Promise<Counted> {
  const token = headers.get(LOAD_TOKEN_HEADER);
  const user = headers.get(LOAD_USER_HEADER);
  if (token === null && user === null) return { key: identityOf(headers.get("CF-Connecting-IP")) };
  const secret = env.LOAD_TOKEN_SECRET ?? "";
  warnIfShort("LOAD_TOKEN_SECRET", secret, MIN_LOAD_SECRET_LENGTH);
  if (secret.length < MIN_LOAD_SECRET_LENGTH) return { refused: LOAD_REFUSED.off };
  const parsed = parseLoadToken(token ?? "");
  if (parsed === null || !(await isSignedLoad(secret, parsed.payload, parsed.signature))) {
    return { refused: LOAD_REFUSED.foreign };
  }
  return virtualUser(parsed.grant, user, room, Date.now());
}

async function erase({ stub }: NamedRoom): Promise<Response> {
  await stub.erase();
  return plain(200, "Erased.");
}

async function stats({ stub }: NamedRoom): Promise<Response> {
  return plain(200, JSON.stringify(await stub.stats()), { "Content-Type": "application/json" });
}

/** Whether the operator asks. */
async function isAdmin(request: Request, env: Env): Promise<boolean> {
  warnIfShort("ADMIN_TOKEN", env.ADMIN_TOKEN ?? "", MIN_ADMIN_TOKEN_LENGTH);
  const expected = authorizationOf(env.ADMIN_TOKEN);
  return expected !== null && isSame(expected, request.headers.get("Authorization") ?? "");
}

/** A secret that is too short is as good as none. Its operator, who sees the same answers as anybody, learns it here: once an isolate. */
function warnIfShort(name: string, secret: string, least: number): void {
  if (secret === "" || secret.length >= least || toldShort.has(name)) return;
  toldShort.add(name);
  console.warn({ event: "secret-short", secret: name, least });
}

/** Compares in a time that says nothing about where two secrets differ. */
async function isSame(a: string, b: string): Promise<boolean> {
  return crypto.subtle.timingSafeEqual(await digest(a), await digest(b));
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}

import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { signLoad } from "../../../src/http/load-signature.ts";
import { payloadOf } from "../../../src/http/load-token.ts";
import worker from "../../../src/worker.ts";
import { connect, freshRoom } from "./client.ts";

/** As deployed: the operator's token is a secret, and not set unless a test sets it. */
const { ADMIN_TOKEN: _, ...DEPLOYED } = env;

/** The Worker's answer, with other vars than wrangler.toml's. */
function ask(path: string, init: RequestInit = {}, vars: Partial<Env> = {}): Promise<Response> {
  const ASSETS = { fetch: async () => new Response("the page") } as unknown as Fetcher;
  const request = new Request(`https://chat.example${path}`, init) as Parameters<typeof worker.fetch>[0];
  return worker.fetch(request, { ...DEPLOYED, ASSETS, ...vars });
}

const UPGRADE = { Upgrade: "websocket" };
const NO_ROOM = "No such room: a name has 1 to 32 characters, an id 64 hex digits.";

/** Vars with which no room can be made, for this cause. */
const failing = (cause: unknown): Partial<Env> => ({
  ROOMS: {
    newUniqueId: () => {
      throw cause;
    },
  } as unknown as Env["ROOMS"],
});

describe("requests, row by row", () => {
  test.each([
    { path: "/", status: 200, text: "the page" },
    { path: "/apiary/room", status: 200, text: "the page" },
    { path: "/api/room", status: 405, text: "Method not allowed" },
    { path: "/api/other", status: 404, text: "Not found" },
    { path: "/api/room/lobby", status: 404, text: "Not found" },
    { path: "/api/room/lobby/other", status: 404, text: "Not found" },
    { path: "/api/room/lobby/other", init: { method: "DELETE" }, status: 404, text: "Not found" },
    { path: "/api/room/lobby/websocket/more", init: { headers: UPGRADE }, status: 404, text: "Not found" },
    { path: "/api/room//websocket/more", init: { method: "POST" }, status: 404, text: "Not found" },
    { path: `/api/room/${"x".repeat(33)}/websocket`, init: { headers: UPGRADE }, status: 404, text: NO_ROOM },
    { path: `/api/room/${"0".repeat(64)}/websocket`, init: { headers: UPGRADE }, status: 404, text: NO_ROOM },
    { path: "/api/room/lobby/websocket", status: 400, text: "expected websocket" },
    {
      path: "/api/room/lobby/websocket",
      init: { method: "POST", headers: UPGRADE },
      status: 400,
      text: "expected websocket",
    },
    {
      path: "/api/room/lobby/websocket",
      init: { headers: { Upgrade: "h2c" } },
      status: 400,
      text: "expected websocket",
    },
  ])("[C2] $path with $init is $status", async ({ path, init = {}, status, text }) => {
    const response = await ask(path, init);
    expect([response.status, await response.text()]).toEqual([status, text]);
  });

  test("[C2] the upgrade may be spelt in any case", async () => {
    const response = await ask(`/api/room/${freshRoom()}/websocket`, { headers: { Upgrade: "WebSocket" } });
    expect(response.status).toBe(101);
    response.webSocket?.accept();
    response.webSocket?.close();
  });

  test("[C1] a new room's id is plain text that no cache keeps, and that any page may read", async () => {
    for (const path of ["/api/room", "/api/room/"]) {
      const { status, headers } = await ask(path, { method: "POST" });
      expect([status, Object.fromEntries(headers)]).toEqual([
        200,
        expect.objectContaining({
          "access-control-allow-origin": "*",
          "cache-control": "no-store",
          "content-type": "text/plain; charset=utf-8",
          vary: "Origin",
          "x-content-type-options": "nosniff",
        }),
      ]);
    }
    expect((await ask("/api/room")).headers.get("Allow")).toBe("POST");
  });

  test("a foreign origin is told how to be let in, and is let in by name", async () => {
    const init = { method: "POST", headers: { Origin: "https://other.example" } };
    const refused = await ask("/api/room", init);
    expect([refused.status, await refused.text()]).toEqual([
      403,
      "This origin may not talk to these rooms; its operator can list it in ALLOWED_ORIGINS.",
    ]);
    const allowed = await ask("/api/room", init, { ALLOWED_ORIGINS: "https://other.example" });
    expect([allowed.status, allowed.headers.get("Access-Control-Allow-Origin")]).toEqual([
      200,
      "https://other.example",
    ]);
  });

  test("[D11] what fails inside is logged by its message and told to nobody", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    for (const cause of [new Error("secret"), "secret"]) {
      const response = await ask("/api/room", { method: "POST" }, failing(cause));
      expect([response.status, await response.text()]).toEqual([
        500,
        "Something went wrong here. Try again.",
      ]);
    }
    expect(log.mock.calls).toEqual([
      [{ event: "request-failed", cause: "secret" }],
      [{ event: "request-failed", cause: "unknown" }],
    ]);
    log.mockRestore();
  });
});

test("[C20] a room learns whom the limiter counts, and not the token that says so, signed with the shortest secret", async () => {
  const LOAD_TOKEN_SECRET = "s".repeat(32);
  const expires = Math.floor(Date.now() / 1_000) + 60;
  const payload = payloadOf({ expires, users: 1, id: "0123456789abcdef", prefix: "load-" });
  const token = `${payload}.${await signLoad(LOAD_TOKEN_SECRET, payload)}`;
  const seen: Headers[] = [];
  const room = {
    fetch: async (_url: string, { headers }: RequestInit): Promise<Response> => {
      seen.push(new Headers(headers));
      return new Response("seen");
    },
  };
  const ROOMS = { idFromName: () => "id", get: (id: string) => ({ ...room, id }) } as unknown as Env["ROOMS"];
  const headers = { ...UPGRADE, "Edge-Chat-Load-Token": token, "Edge-Chat-Load-User": "0" };
  const response = await ask("/api/room/load-1/websocket", { headers }, { LOAD_TOKEN_SECRET, ROOMS });
  expect(await response.text()).toBe("seen");
  expect(seen[0]?.get("Edge-Chat-Identity")).toBe(
    env.LIMITERS.idFromName("load:0123456789abcdef:0").toString(),
  );
  expect(seen[0]?.has("Edge-Chat-Load-Token")).toBe(false);
});

describe("erasing a room", () => {
  const TOKEN = { ADMIN_TOKEN: "the operator's secret" };
  const RIGHT = "Bearer the operator's secret";

  test.each([
    { what: "no token is set", vars: {}, authorization: "Bearer " },
    { what: "an empty token is set", vars: { ADMIN_TOKEN: "" }, authorization: "Bearer " },
    { what: "none is given", vars: TOKEN, authorization: undefined },
    { what: "another is given", vars: TOKEN, authorization: "Bearer another" },
    { what: "the right one is given alone", vars: TOKEN, authorization: TOKEN.ADMIN_TOKEN },
    { what: "the right one is given otherwise", vars: TOKEN, authorization: `Basic ${TOKEN.ADMIN_TOKEN}` },
  ])("[P7] is as if there were no such thing when $what", async ({ vars, authorization }) => {
    const headers = authorization === undefined ? {} : { Authorization: authorization };
    const response = await ask("/api/room/lobby", { method: "DELETE", headers }, vars);
    expect([response.status, await response.text()]).toEqual([404, "Not found"]);
  });

  test.each([
    { method: "GET", path: "/api/room/lobby" },
    { method: "DELETE", path: "/api/room/lobby/other" },
  ])("[C2] [P7] is not what $method $path does, also with the token", async ({ method, path }) => {
    const response = await ask(path, { method, headers: { Authorization: RIGHT } }, TOKEN);
    expect(response.status).toBe(404);
  });

  test("[P7] closes everybody with the operator's token", async () => {
    const room = freshRoom();
    const client = await connect(room);
    const init = { method: "DELETE", headers: { Authorization: RIGHT } };
    const response = await ask(`/api/room/${room}`, init, TOKEN);
    expect([response.status, await response.text()]).toEqual([200, "Erased."]);
    expect(await client.closed()).toEqual({ code: 4010, reason: "This room was erased." });
  });
});

import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { signLoad } from "../../../src/http/load-signature.ts";
import { type LoadGrant, payloadOf } from "../../../src/http/load-token.ts";
import { LOAD_TOKEN_HEADER, LOAD_USER_HEADER } from "../../../src/protocol/load.ts";
import worker from "../../../src/worker.ts";
import { connect, freshAddress, type Frame, request, type TestClient } from "./client.ts";
import { holdClock, releaseClock, withoutWindows } from "./held-room.ts";

const LIMITED = "Your IP is being rate-limited, please try again later.";
const HOUR_S = 3_600;
const nowS = (): number => Math.floor(Date.now() / 1_000);
let made = 0;
/** The id of a token that no other test uses. */
const freshId = (): string => (made++).toString(16).padStart(16, "0");
const freshRoom = (): string => `load-${made++}`;

async function tokenOf(grant: Partial<LoadGrant> = {}, secret = env.LOAD_TOKEN_SECRET): Promise<string> {
  const payload = payloadOf({
    expires: nowS() + HOUR_S,
    users: 10,
    id: freshId(),
    prefix: "load-",
    ...grant,
  });
  return `${payload}.${await signLoad(secret, payload)}`;
}

const as = (token: string, user: number | string): Record<string, string> => ({
  [LOAD_TOKEN_HEADER]: token,
  [LOAD_USER_HEADER]: `${user}`,
});

/** A burst of messages. */
const BURST = Array.from({ length: env.RATE_BURST }, (_, i) => `${i}`);

// Nothing of a budget comes back while it is spent.
beforeEach(holdClock);
beforeAll(withoutWindows);
afterEach(releaseClock);

/** Joins and says one thing more than a burst, all at once. Returns what was relayed, and the refusal. */
async function overspend(client: TestClient): Promise<{ said: unknown[]; refusal: Frame | undefined }> {
  client.send({ name: "ann" });
  for (const message of [...BURST, "more"]) client.send({ message });
  const frames = await client.upTo("error");
  return {
    said: frames.flatMap((frame) => ("message" in frame ? [frame.message] : [])),
    refusal: frames.at(-1),
  };
}

async function expectRefused(room: string, headers: Record<string, string>, says: string): Promise<void> {
  const response = await request(`/api/room/${room}/websocket`, { headers });
  expect(response.status).toBe(403);
  expect(response.webSocket).toBeNull();
  const text = await response.text();
  expect(text).toContain(says);
  expect(text).not.toContain(env.LOAD_TOKEN_SECRET);
}

describe("a load token re-keys the rate limit", () => {
  test("[C20] [L1] [L3] [L8] two users of one token and one address have two budgets, each of B actions at once", async () => {
    const token = await tokenOf();
    const address = freshAddress();
    for (const user of [0, 9]) {
      const { said, refusal } = await overspend(await connect(freshRoom(), address, as(token, user)));
      expect(said).toEqual(BURST);
      expect(refusal).toMatchObject({ error: LIMITED, code: "rate-limited" });
    }
    // And the address has spent nothing.
    const { said } = await overspend(await connect(freshRoom(), address));
    expect(said).toEqual(BURST);
  });

  test("[C20] [L1] [L6] a user is one identity in all rooms, from all addresses, and after an eviction", async () => {
    const id = freshId();
    const token = await tokenOf({ id });
    const spent = await overspend(await connect(freshRoom(), freshAddress(), as(token, 3)));
    expect(spent.said).toEqual(BURST);
    await evictDurableObject(env.LIMITERS.get(env.LIMITERS.idFromName(`load:${id}:3`)), {});
    const { said, refusal } = await overspend(await connect(freshRoom(), freshAddress(), as(token, 3)));
    expect(said).toEqual([]);
    expect(refusal).toMatchObject({ error: LIMITED });
  });

  test("[C20] what an address has spent is not the user's, and another token's user of that number is another", async () => {
    const address = freshAddress();
    await overspend(await connect(freshRoom(), address));
    for (const token of [await tokenOf(), await tokenOf()]) {
      const { said } = await overspend(await connect(freshRoom(), address, as(token, 0)));
      expect(said).toEqual(BURST);
    }
  });

  test("[C20] [C17] the cap on sockets counts by user", async () => {
    const token = await tokenOf();
    const room = freshRoom();
    const address = freshAddress();
    for (let i = 0; i < 50; i++) await connect(room, address, as(token, 1));
    const one = await connect(room, address, as(token, 1));
    expect(await one.next()).toMatchObject({ code: "too-many-sockets" });
    const other = await connect(room, address, as(token, 2));
    other.send({ name: "bob" });
    await other.upTo("ready");
  });
});

describe("a load token that is not accepted is 403", () => {
  const FOREIGN = "This is no load token of this deployment";

  test.each([
    { why: "expired", expiresIn: -1, says: "has expired" },
    { why: "good for too long", expiresIn: 200 * HOUR_S, says: "over 168 hours" },
    { why: "of another secret", secret: "another-secret-of-more-than-32-characters", says: FOREIGN },
    { why: "of another prefix", grant: { prefix: "soak-" }, says: "begin with soak-" },
    { why: "in a room without the prefix", room: "lobby", says: "begin with load-" },
    { why: "with a user too high", user: 10, says: "from 0 to 9" },
    { why: "with a user that is no number", user: "ann", says: "from 0 to 9" },
  ])(
    "[C22] $why",
    async ({ expiresIn = HOUR_S, grant = {}, secret, room = "load-refused", user = 0, says }) => {
      const address = freshAddress();
      const headers = { Upgrade: "websocket", "CF-Connecting-IP": address };
      const token = await tokenOf({ expires: nowS() + expiresIn, ...grant }, secret);
      await expectRefused(room, { ...headers, ...as(token, user) }, says);
      // It says so without an upgrade too.
      await expectRefused(room, as(token, user), says);
    },
  );

  test("[C21] [C22] garbage, a token whose users were raised, a token alone, a user alone, an empty header", async () => {
    const token = await tokenOf();
    const upgrade = { Upgrade: "websocket", "CF-Connecting-IP": freshAddress() };
    const raised = token.replace(".10.", ".99.");
    expect(raised).not.toBe(token);
    for (const garbage of ["x", "", "1.2.3", raised, `${token}x`, `${token}, ${token}`]) {
      await expectRefused("load-1", { ...upgrade, ...as(garbage, 0) }, FOREIGN);
    }
    await expectRefused("load-1", { ...upgrade, [LOAD_USER_HEADER]: "0" }, FOREIGN);
    await expectRefused("load-1", { ...upgrade, [LOAD_TOKEN_HEADER]: token }, "from 0 to 9");
  });

  test("[C22] a private room is for people", async () => {
    const room = await (await request("/api/room", { method: "POST" })).text();
    await expectRefused(room, as(await tokenOf(), 0), "public rooms");
  });

  test("[C22] where no secret is set, or a short one that signed the token", async () => {
    const short = "s".repeat(31);
    for (const { secret, signedWith } of [
      { secret: undefined, signedWith: env.LOAD_TOKEN_SECRET },
      { secret: "", signedWith: env.LOAD_TOKEN_SECRET },
      { secret: short, signedWith: short },
    ]) {
      const { LOAD_TOKEN_SECRET: _, ...bindings } = env;
      const headers = { Upgrade: "websocket", ...as(await tokenOf({}, signedWith), 0) };
      const upgrade = new Request("https://chat.example/api/room/load-1/websocket", { headers });
      const response = await worker.fetch(upgrade as Parameters<typeof worker.fetch>[0], {
        ...bindings,
        ...(secret !== undefined && { LOAD_TOKEN_SECRET: secret }),
      });
      expect(response.status).toBe(403);
      expect(await response.text()).toContain("Load tokens are off here");
    }
  });

  test("[C22] [L8] a refused token spends nothing: neither the address's budget nor the user's", async () => {
    const id = freshId();
    const address = freshAddress();
    const expired = await tokenOf({ id, expires: nowS() - 1 });
    const upgrade = { Upgrade: "websocket", "CF-Connecting-IP": address };
    for (let i = 0; i < 10; i++) await expectRefused("load-1", { ...upgrade, ...as(expired, 0) }, "expired");
    for (const headers of [{}, as(await tokenOf({ id }), 0)]) {
      const { said } = await overspend(await connect(freshRoom(), address, headers));
      expect(said).toEqual(BURST);
    }
  });
});

test("[C20] a client cannot say its key itself", async () => {
  const address = freshAddress();
  await overspend(await connect(freshRoom(), address));
  const headers = { "Edge-Chat-Identity": "load:0123456789abcdef:0" };
  expect((await overspend(await connect(freshRoom(), address, headers))).said).toEqual([]);
});

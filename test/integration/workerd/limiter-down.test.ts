// A limiter, or the room that holds the budget, that does not answer in time, or at all.
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { CALL_MS } from "../../../src/rate-limit/budget.ts";
import { RateLimiter } from "../../../src/rate-limit/rate-limiter.ts";
import { ChatRoom } from "../../../src/room/chat-room.ts";
import { connect, freshAddress, freshRoom, join, roomOf } from "./client.ts";
import { accountOf, HeldRoom, holdClock, releaseClock, settleLimiters, withoutWindows } from "./held-room.ts";

const LIMITED = "Your IP is being rate-limited, please try again later.";
const silent = (): Promise<never> => new Promise<never>(() => {});

/** The room's calls are given up; its clock has to be held. */
const giveUp = (room: string): Promise<unknown> =>
  runInDurableObject(roomOf(room), () => vi.advanceTimersByTimeAsync(CALL_MS));

beforeAll(withoutWindows);
afterEach(() => {
  releaseClock();
  vi.restoreAllMocks();
});

describe("with a clock that is held", () => {
  beforeEach(holdClock);

  test("[L9] [D4] a limiter that is silent for C is no hang: one action of each kind goes through, the others are refused", async () => {
    const take = vi.spyOn(RateLimiter.prototype, "take").mockImplementation(silent);
    const room = freshRoom();
    const client = await connect(room);
    client.send({ name: "ann" });
    for (const message of ["first", "second", "third"]) client.send({ message });
    await client.fence();
    expect(client.frames).toEqual([]);
    await giveUp(room);
    expect(await client.upTo("ready")).toHaveLength(2);
    expect(await client.next()).toMatchObject({ message: "first" });
    for (let i = 0; i < 2; i++) expect(await client.next()).toMatchObject({ error: LIMITED });
    expect(take).toHaveBeenCalledOnce();
  });

  test("[L9] a limiter that fails is noticed at once: nobody waits until it would have been given up", async () => {
    vi.spyOn(RateLimiter.prototype, "take").mockRejectedValue(new Error("down"));
    const { client } = await join(freshRoom(), "ann");
    client.send({ message: "first" });
    await client.upTo("message");
    client.send({ message: "second" });
    expect(await client.next()).toMatchObject({ error: LIMITED });
  });

  test("[L9] a room that holds the budget and fails is not robbed: the other one has its small allowance, and this one its burst", async () => {
    const address = freshAddress();
    const { client: here } = await join(freshRoom(), "ann", address);
    vi.spyOn(ChatRoom.prototype, "yieldBudget").mockRejectedValue(new Error("down"));
    const { client: there } = await join(freshRoom(), "ann", address);
    for (const message of ["first", "second"]) there.send({ message });
    expect(await there.upTo("error")).toMatchObject([{ message: "first" }, { error: LIMITED }]);
    for (let i = 0; i < 5; i++) {
      here.send({ message: "mine" });
      expect(await here.next()).toMatchObject({ message: "mine" });
    }
  });

  test("[L6] [L9] what was allowed without a limiter is charged for when it is back, also to a room that slept and crashed", async () => {
    const take = vi.spyOn(RateLimiter.prototype, "take").mockRejectedValue(new Error("down"));
    const room = new HeldRoom();
    const address = freshAddress();
    for (let i = 0; i < 2; i++) {
      const client = await room.connect(address);
      client.send({ name: "ann" });
      const answer = (await client.upTo(i === 0 ? "ready" : "error")).at(-1);
      expect(answer).toMatchObject(i === 0 ? { ready: true } : { error: LIMITED });
      await room.reset();
    }
    take.mockRestore();
    expect(await room.budgets()).toMatchObject([{ debts: { join: 1_000 } }]);
  });
});

test("[L9] the answer of a limiter that comes too late is not taken for the next one", async () => {
  const late = { term: "late", debts: { message: 0, join: 0 }, spent: null };
  let calls = 0;
  // On the prototype: only a class's methods are called over RPC.
  vi.spyOn(RateLimiter.prototype, "take").mockImplementation(
    () => new Promise((resolve) => setTimeout(resolve, calls++ === 0 ? 1_500 : 5_000, late)) as never,
  );
  const began = Date.now();
  const { client } = await join(freshRoom(), "ann");
  // Its call is under way when the join's late answer comes.
  for (const message of ["first", "second"]) client.send({ message });
  expect(await client.upTo("error")).toMatchObject([{ message: "first" }, { error: LIMITED }]);
  const waited = Date.now() - began;
  expect(waited).toBeGreaterThan(2 * CALL_MS - 100);
  expect(waited).toBeLessThan(2 * CALL_MS + 2_000);
});

test("[L1] who leaves while the limiter is asked may have a budget on its way, and gives it back when it comes", async () => {
  const take: unknown = Reflect.get(RateLimiter.prototype, "take");
  let isAsked = false;
  vi.spyOn(RateLimiter.prototype, "take").mockImplementation(async function (this: RateLimiter, asker) {
    isAsked = true;
    await new Promise((resolve) => {
      setTimeout(resolve, 300);
    });
    return Reflect.apply(take as RateLimiter["take"], this, [asker]);
  });
  const giveBack = vi.spyOn(RateLimiter.prototype, "giveBack");
  const room = new HeldRoom();
  const address = freshAddress();
  const client = await room.connect(address);
  client.send({ name: "ann" });
  await vi.waitFor(() => expect(isAsked).toBe(true));
  client.leave();
  await client.closed();
  expect(giveBack).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(giveBack).toHaveBeenCalledOnce());
  await settleLimiters(room);
  expect(await accountOf(address)).toMatchObject({ holder: null });
});

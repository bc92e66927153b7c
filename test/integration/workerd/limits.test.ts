import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { RateLimiter } from "../../../src/rate-limit/rate-limiter.ts";
import { connect, freshAddress, freshRoom, join, limiterOf, roomOf } from "./client.ts";

const LIMITED = "Your IP is being rate-limited, please try again later.";

describe("the rate limit", () => {
  test("[L3] [D4] a full burst is accepted in order, also when it comes all at once; the next is refused", async () => {
    const client = await connect(freshRoom());
    // The join is the first of the five.
    client.send({ name: "ann" });
    for (const message of ["1", "2", "3", "4", "5"]) client.send({ message });
    const frames = await client.upTo("error");
    const messages = frames.flatMap((frame) => ("message" in frame ? [frame.message] : []));
    expect(messages).toEqual(["1", "2", "3", "4"]);
    expect(frames.at(-1)).toMatchObject({ error: LIMITED, code: "rate-limited" });
    const { retryAfter } = frames.at(-1) ?? {};
    // T less the slack, of which a quick limiter uses nothing.
    expect(retryAfter).toBeGreaterThan(2_000);
    expect(retryAfter).toBeLessThanOrEqual(3_000);
  });

  test("[L1] [L8] two rooms share one budget, and another address has its own", async () => {
    const address = freshAddress();
    const { client: here } = await join(freshRoom(), "ann", address);
    const { client: there } = await join(freshRoom(), "ann", address);
    for (const [client, message] of [
      [here, "1"],
      [there, "2"],
      [here, "3"],
    ] as const) {
      client.send({ message });
      await client.upTo("message");
    }
    there.send({ message: "4" });
    here.send({ message: "5" });
    // Two actions are beyond the budget; at most three passes may let such a thing through, once.
    there.send({ message: "6" });
    here.send({ message: "7" });
    await there.upTo("error");
    await here.upTo("error");
    const { client: other } = await join(freshRoom(), "bob");
    other.send({ message: "free" });
    await other.upTo("message");
  });

  test("[L6] evicting the limiter or the room is no refill, and reconnecting costs an action", async () => {
    const address = freshAddress();
    const room = freshRoom();
    for (let i = 0; i < 5; i++) {
      const { client } = await join(room, "ann", address);
      client.leave();
      await client.closed();
    }
    await evictDurableObject(limiterOf(address), {});
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    const client = await connect(room, address);
    client.send({ name: "ann" });
    expect(await client.next()).toMatchObject({ error: LIMITED });
  });

  test("[L7] all addresses of one IPv6 /64 share a budget", async () => {
    const room = freshRoom();
    for (let i = 0; i < 5; i++) await join(room, "ann", `2001:db8:77:1::${i + 1}`);
    const client = await connect(room, "2001:DB8:77:1:ffff::9");
    client.send({ name: "ann" });
    expect(await client.upTo("error")).toMatchObject([{ error: LIMITED }]);
  });

  test("[L9] a limiter that is silent is no hang, and a late answer is not taken for the next one", async () => {
    const address = freshAddress();
    const began = Date.now();
    const late = { granted: 1, retryAfter: 0, pass: true };
    let calls = 0;
    // On the prototype: only a class's methods are called over RPC.
    const mock = vi
      .spyOn(RateLimiter.prototype, "charge")
      .mockImplementation(
        () => new Promise((resolve) => setTimeout(resolve, calls++ === 0 ? 1_500 : 5_000, late)) as never,
      );
    const client = await connect(freshRoom(), address);
    client.send({ name: "ann" });
    await client.upTo("ready");
    // Its call is under way while the join's late answer comes.
    client.send({ message: "too soon" });
    expect(await client.next()).toMatchObject({ error: LIMITED });
    const waited = Date.now() - began;
    mock.mockRestore();
    expect(waited).toBeGreaterThan(1_900);
    expect(waited).toBeLessThan(4_000);
  });

  test("[L9] a limiter that fails is no hang: one action a period, then refusals", async () => {
    const address = freshAddress();
    const mock = vi.spyOn(RateLimiter.prototype, "charge").mockImplementation(() => {
      throw new Error("down");
    });
    const client = await connect(freshRoom(), address);
    client.send({ name: "ann" });
    await client.upTo("ready");
    client.send({ message: "too soon" });
    expect(await client.next()).toMatchObject({ error: LIMITED });
    expect(mock).toHaveBeenCalledTimes(2);
    mock.mockRestore();
  });
});

describe("bounds of a room", () => {
  test("[D12] who says no name is dropped at the deadline, also from a room that slept", async () => {
    const room = freshRoom();
    const lurker = await connect(room);
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    await runInDurableObject(roomOf(room), (_room, state) => {
      const [socket] = state.getWebSockets();
      const attachment = socket?.deserializeAttachment() as Record<string, unknown>;
      socket?.serializeAttachment({ ...attachment, accepted: Date.now() - 31_000 });
    });
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    expect(await runDurableObjectAlarm(roomOf(room))).toBe(true);
    expect(await lurker.closed()).toMatchObject({ code: 4002 });
  });

  test("[D12] the 51st socket of one address is turned away with a sentence and a code", async () => {
    const room = freshRoom();
    const address = freshAddress();
    for (let i = 0; i < 50; i++) await connect(room, address);
    const one = await connect(room, address);
    expect(await one.next()).toMatchObject({ code: "too-many-sockets" });
    expect(await one.closed()).toMatchObject({ code: 4003 });
  });
});

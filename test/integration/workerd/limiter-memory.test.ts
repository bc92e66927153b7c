import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { identityOf } from "../../../src/rate-limit/identity.ts";
import { freshAddress, freshRoom, limiterOf, roomOf } from "./client.ts";

test("[D12] a limiter keeps nothing of a call that it has answered", async () => {
  const address = freshAddress();
  const room = roomOf(freshRoom()).id.toString();
  for (let i = 0; i < 3; i++) await limiterOf(address).take({ room, identity: identityOf(address) });
  await runInDurableObject(limiterOf(address), (limiter) => {
    expect(Reflect.get(limiter, "answers")).toEqual(new Map());
  });
});

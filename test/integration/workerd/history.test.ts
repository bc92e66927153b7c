// The delivery laws inside workerd, judged by the history checker: real objects, real SQL, the real client machine.
import { abortAllDurableObjects } from "cloudflare:test";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { check } from "../../support/checker.ts";
import { Reached } from "../../support/reached.ts";
import { forgetTimers, holdClock, passTime, releaseClock, rewindClock } from "./held-room.ts";
import { Scene } from "./scene.ts";

const who = fc.nat(4);
const step = <T extends object>(weight: number, shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) => ({
  weight,
  arbitrary: fc.record(shape),
});

/** `rests`: the room comes to rest after the step. Otherwise the next one finds frames and charges under way. */
const move = fc.record({
  step: fc.oneof(
    step(10, { do: fc.constant("say" as const), who, times: fc.integer({ min: 1, max: 3 }) }),
    step(2, { do: fc.constant("repeat" as const), who: fc.nat(2) }),
    step(2, { do: fc.constant("cut" as const), who }),
    step(3, { do: fc.constant("wait" as const), ms: fc.constantFrom(1_000, 5_000, 20_000) }),
    step(2, { do: fc.constant("hibernate" as const) }),
    step(2, { do: fc.constantFrom("reset" as const, "abort all" as const) }),
    step(2, { do: fc.constantFrom("alarm" as const, "evict limiters" as const) }),
  ),
  rests: fc.boolean(),
});
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never;

async function perform(scene: Scene, { step, rests }: Move): Promise<void> {
  const { room } = scene;
  switch (step.do) {
    case "say":
      for (let i = 0; i < step.times; i++) scene.clients[step.who]?.say();
      break;
    case "repeat":
      scene.delivery[step.who]?.repeat();
      break;
    case "cut":
      scene.clients[step.who]?.cut();
      break;
    case "wait":
      await room.settle();
      passTime(step.ms);
      break;
    case "hibernate":
      await room.settle();
      await room.hibernate();
      break;
    case "reset":
      await room.reset();
      break;
    case "abort all":
      await abortAllDurableObjects();
      forgetTimers();
      break;
    case "alarm":
      await room.alarm();
      break;
    case "evict limiters":
      await room.evictLimiters();
      break;
    default:
      step satisfies never;
  }
  if (rests) await scene.rest();
}

beforeAll(holdClock);
afterAll(releaseClock);

test("[D1] [D2] [D3] [D4] [D5] [D7] [D8] crashes, sleep, lost connections and retries leave no anomaly in anybody's history", async () => {
  const reached = new Reached(
    ...["say", "repeat", "cut", "wait", "hibernate", "reset", "abort all", "alarm", "evict limiters"],
    ...["acknowledged", "received", "resumed", "sent again", "rosters"],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 15, maxLength: 40, size: "max" }), async (moves) => {
      rewindClock();
      const scene = new Scene();
      await scene.rest();
      for (const move of moves) {
        await perform(scene, move);
        reached.add(move.step.do);
      }
      await scene.end();
      const { anomalies, counts } = check(scene.history);
      expect(anomalies, JSON.stringify(scene.history)).toEqual([]);
      const members = await scene.room.members();
      for (const { roster } of scene.delivery) {
        expect(roster?.map(({ connection }) => connection).toSorted()).toEqual(members);
        reached.add("rosters");
      }
      for (const { resent } of scene.delivery) {
        reached.add("sent again", resent);
      }
      reached.add("acknowledged", counts.acknowledged);
      reached.add("received", counts.received);
      reached.add("resumed", counts.resumed);
    }),
    { numRuns: 10, interruptAfterTimeLimit: 40_000 },
  );
  reached.report("[D1-D5] [D7] [D8]");
});

// The delivery laws inside workerd, judged by the history checker: real objects, real SQL, the real client machine.
import { abortAllDurableObjects } from "cloudflare:test";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkDrawn } from "./drawn.ts";
import { forgetTimers, holdClock, passTime, releaseClock, rewindClock } from "./held-room.ts";
import { prove, step } from "./prove.ts";
import { Scene } from "./scene.ts";

const who = fc.nat(4);

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

/** Every kind of step once, with frames under way; chance does the rest. */
const TOUR: readonly Move["step"][] = [
  { do: "say", who: 0, times: 2 },
  { do: "repeat", who: 0 },
  { do: "hibernate" },
  { do: "say", who: 1, times: 3 },
  { do: "abort all" },
  { do: "wait", ms: 5_000 },
  { do: "say", who: 3, times: 3 },
  { do: "cut", who: 0 },
  { do: "alarm" },
  { do: "evict limiters" },
  { do: "say", who: 2, times: 1 },
  { do: "reset" },
];

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

test("[D1] [D2] [D3] [D4] [D5] [D7] [D8] crashes, sleep, lost connections and retries leave no anomaly in anybody's history", () =>
  prove("[D1-D5] [D7] [D8]", {
    runs: 10,
    states: [
      ...["say", "repeat", "cut", "wait", "hibernate", "reset", "abort all", "alarm", "evict limiters"],
      ...["acknowledged", "received", "resumed", "sent again", "rosters"],
    ],
    arbitrary: fc.array(move, { minLength: 15, maxLength: 40, size: "max" }),
    examples: [TOUR.map((step) => ({ step, rests: false }))],
    holds: async (moves, reached) => {
      rewindClock();
      const scene = new Scene();
      await scene.rest();
      for (const move of moves) {
        await perform(scene, move);
        reached.add(move.step.do);
      }
      await scene.end();
      const { anomalies, counts, picture } = await checkDrawn(scene.history, "a room in workerd");
      expect(anomalies, picture).toEqual([]);
      const members = await scene.room.members();
      for (const { roster, resent } of scene.delivery) {
        expect(roster?.map(({ connection }) => connection).toSorted()).toEqual(members);
        reached.add("rosters");
        reached.add("sent again", resent);
      }
      reached.add("acknowledged", counts.acknowledged);
      reached.add("received", counts.received);
      reached.add("resumed", counts.resumed);
    },
  }));

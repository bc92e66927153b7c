// The limiter's laws with real limiter objects, several rooms, and objects that sleep and crash in between. The clock is
// held, so that every instant is exact.
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { MAX_PASSES, SLACK_MS } from "../../../src/rate-limit/charge.ts";
import type { Reached } from "../../support/reached.ts";
import { freshAddress, type TestClient } from "./client.ts";
import { HeldRoom, holdClock, passTime, releaseClock, rewindClock, settleLimiters } from "./held-room.ts";
import { prove } from "./prove.ts";
import { type Answer, IDENTITIES, type Step, steps, Town } from "./town.ts";

const { RATE_PERIOD_MS: PERIOD, RATE_BURST: BURST } = env;
/** Three of one identity get passes, a fourth spends the burst, and the passes go beyond it; chance does the rest. */
const TOUR: readonly Step[] = [
  { do: "say", who: [0, 2, 4], times: 1 },
  { do: "wait", ms: BURST * PERIOD },
  { do: "say", who: [6], times: 1 },
  { do: "say", who: [6], times: 2 },
  { do: "say", who: [6], times: 2 },
  { do: "say", who: [0, 2, 4], times: 1 },
  { do: "evict limiters" },
  { do: "hibernate" },
  { do: "say", who: [0, 2, 4, 6], times: 1 },
  { do: "leave", who: 0 },
  { do: "crash" },
  { do: "say", who: [0, 2, 4, 6], times: 1 },
];

beforeAll(holdClock);
beforeEach(rewindClock);
afterAll(releaseClock);

test("[L1] [L6] over all rooms, with sleep and crashes anywhere, no window holds more than B + (W + A)/T + P actions of an identity", () =>
  prove("[L1] [L6]", {
    runs: 10,
    states: [
      ...["accepted", "refused", "overshoot by passes"],
      ...["evict limiters", "hibernate", "crash", "leave"],
    ],
    arbitrary: steps,
    examples: [[...TOUR]],
    holds: async (all, reached) => {
      const town = new Town();
      const accepted = Array.from({ length: IDENTITIES }, (): number[] => []);
      for (const step of all) {
        await town.perform(step);
        await town.answered();
        for (const place of town.places) {
          for (const answer of place.answers()) {
            if (answer === "in") accepted[place.identity]?.push(Date.now());
            reached.add(answer === "in" ? "accepted" : "refused");
          }
        }
        if (step.do !== "say" && step.do !== "wait") reached.add(step.do);
      }
      for (const times of accepted) checkWindows(times, reached);
    },
  }));

/** The clock stands while charges are under way, so the rooms accept by the limiter's clock: without C. */
function checkWindows(times: readonly number[], reached: Reached): void {
  for (const [first, from] of times.entries()) {
    for (const [last, to] of times.entries()) {
      if (last < first) continue;
      const count = last - first + 1;
      const budget = BURST + Math.floor((to - from + SLACK_MS) / PERIOD);
      expect(count).toBeLessThanOrEqual(budget + MAX_PASSES);
      if (count > budget) reached.add("overshoot by passes");
    }
  }
}

/** What the first identity is answered when the steps of these identities are performed, one frame at a time. */
async function answersTo(all: readonly Step[], identities: readonly number[]): Promise<Answer[]> {
  const town = new Town();
  const answers: Answer[] = [];
  for (const step of all) {
    // A crash gives no pass back, so there would be nothing to wait for.
    if (step.do === "crash") continue;
    for (const one of apart(step)) {
      if (
        !("who" in one) ||
        identities.includes((one.do === "say" ? (one.who[0] ?? 0) : one.who) % IDENTITIES)
      )
        await town.perform(one);
      await town.answered();
      await settleLimiters(...town.rooms);
    }
    for (const place of town.places) if (place.identity === 0) answers.push(...place.answers());
  }
  return answers;
}

/** What is said at once, said one after the other, so that every answer is determined. */
const apart = (step: Step): readonly Step[] =>
  step.do === "say" ? step.who.slice(0, 3).map((who) => ({ ...step, who: [who], times: 1 })) : [step];

test("[L8] what one identity is answered does not depend on what another does", () =>
  prove("[L8]", {
    runs: 5,
    states: ["accepted", "refused"],
    arbitrary: steps,
    holds: async (all, reached) => {
      const together = await answersTo(all, [0, 1]);
      expect(together).toEqual(await answersTo(all, [0]));
      for (const answer of together) reached.add(answer === "in" ? "accepted" : "refused");
    },
  }));

/** What a refusal of this frame says. */
async function refusal(client: TestClient, frame: object): Promise<number> {
  client.send(frame);
  return Number((await client.upTo("error")).at(-1)?.retryAfter);
}

/** Spends a burst, asks so often in vain, also from new connections; returns the wait after the next accepted action. */
async function waitAfter(asks: number): Promise<number> {
  const room = new HeldRoom();
  const address = freshAddress();
  const client = await room.connect(address);
  client.send({ name: "ann" });
  for (let i = 1; i < BURST; i++) client.send({ message: `${i}` });
  const wait = await refusal(client, { message: "more" });
  for (let i = 0; i < asks; i++) {
    expect(await refusal(client, { message: "more" })).toBe(wait);
    // The room knows nothing of a new connection: it has to ask the limiter.
    expect(await refusal(await room.connect(address), { name: "eve" })).toBe(wait);
  }
  passTime(wait - 1);
  for (let i = 0; i < asks; i++) expect(await refusal(client, { message: "more" })).toBe(1);
  passTime(1);
  client.send({ message: "at last" });
  expect((await client.upTo("message")).at(-1)).toMatchObject({ message: "at last" });
  await room.answered();
  return refusal(client, { message: "more" });
}

test("[L2] [L4] refused with r: refused before r however often one asks, accepted at r; nothing was charged for asking", async () => {
  expect(await waitAfter(20)).toBe(PERIOD);
  expect(await waitAfter(0)).toBe(PERIOD);
});

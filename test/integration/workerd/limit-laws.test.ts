// The limiter's laws with real limiter objects, several rooms, and objects that sleep and crash in between. The clock is
// held, so that every instant is exact.
import { env } from "cloudflare:workers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { ChatRoom } from "../../../src/room/chat-room.ts";
import type { Reached } from "../../support/reached.ts";
import { freshAddress, type TestClient } from "./client.ts";
import {
  HeldRoom,
  holdClock,
  passTime,
  releaseClock,
  rewindClock,
  settleLimiters,
  withoutWindows,
} from "./held-room.ts";
import { prove } from "./prove.ts";
import { type Answer, IDENTITIES, type Step, steps, Town } from "./town.ts";

const { RATE_PERIOD_MS: PERIOD, RATE_BURST: BURST, MAX_SOCKETS_PER_IDENTITY: JOINS } = env;
/** The first identity joins all three rooms and spends its burst over them, with sleep and crashes; chance does the rest. */
const TOUR: readonly Step[] = [
  { do: "say", who: [0, 2, 4], times: 1 },
  { do: "say", who: [0, 2, 4], times: 3 },
  { do: "evict limiters" },
  { do: "hibernate" },
  { do: "say", who: [0, 2, 4], times: 3 },
  { do: "crash" },
  { do: "say", who: [0, 2, 4], times: 1 },
  { do: "say", who: [0], times: 9 },
  { do: "say", who: [2], times: 9 },
  { do: "leave", who: 0 },
  { do: "wait", ms: PERIOD },
  { do: "say", who: [0, 4], times: 3 },
];

beforeAll(holdClock);
beforeAll(withoutWindows);
beforeEach(rewindClock);
afterEach(() => vi.restoreAllMocks());
afterAll(releaseClock);

test("[L1] [L6] over all rooms, with sleep and crashes anywhere, no window holds more than B + W/T messages of an identity", () =>
  prove("[L1] [L6]", {
    runs: 10,
    states: [
      ...["join", "message", "refused", "bound reached", "moves"],
      ...["evict limiters", "hibernate", "crash", "leave"],
    ],
    arbitrary: steps,
    examples: [[...TOUR]],
    holds: async (all, reached) => {
      const moves = vi.spyOn(ChatRoom.prototype, "yieldBudget");
      const town = new Town();
      const accepted = Array.from({ length: IDENTITIES }, () => ({
        join: [] as number[],
        message: [] as number[],
      }));
      for (const step of all) {
        await town.perform(step);
        await town.answered();
        for (const { identity, answer } of town.answers()) {
          reached.add(typeof answer === "number" ? "refused" : answer);
          if (typeof answer !== "number") accepted[identity]?.[answer].push(Date.now());
        }
        if (step.do !== "say" && step.do !== "wait") reached.add(step.do);
      }
      for (const { join, message } of accepted) {
        checkWindows(join, JOINS, reached);
        checkWindows(message, BURST, reached);
      }
      reached.add("moves", moves.mock.calls.length);
      moves.mockRestore();
    },
  }));

function checkWindows(times: readonly number[], burst: number, reached: Reached): void {
  for (const [first, from] of times.entries()) {
    for (const [last, to] of times.entries()) {
      if (last < first) continue;
      const count = last - first + 1;
      const most = burst + Math.floor((to - from) / PERIOD);
      expect(count).toBeLessThanOrEqual(most);
      if (count === most) reached.add("bound reached");
    }
  }
}

/** What is said at once, said one after the other, so that every answer is determined. */
const apart = (step: Step): readonly Step[] =>
  step.do === "say" ? step.who.slice(0, 3).map((who) => ({ ...step, who: [who] })) : [step];

const isSleep = (step: Step): boolean => step.do === "hibernate" || step.do === "evict limiters";
const SLEEP: readonly Step[] = [{ do: "hibernate" }, { do: "evict limiters" }];

test("[D9] [L6] rooms and limiters that sleep after every step give everybody the same answers", () =>
  prove("[D9] [L6]", {
    // An eviction after each step takes time.
    runs: 2,
    states: ["join", "message", "refused", "evictions"],
    arbitrary: steps,
    examples: [[...TOUR]],
    holds: async (all, reached) => {
      const awake = all.filter((step) => !isSleep(step) && step.do !== "crash").flatMap(apart);
      const asleep = awake.flatMap((step) => [step, ...SLEEP]);
      const answers = await answersTo(awake);
      expect(await answersTo(asleep)).toEqual(answers);
      for (const { answer } of answers) reached.add(typeof answer === "number" ? "refused" : answer);
      reached.add("evictions", asleep.length - awake.length);
    },
  }));

/** What each identity is answered when these steps are performed, and every call is answered before the next one. */
async function answersTo(all: readonly Step[]): Promise<{ identity: number; answer: Answer }[]> {
  const town = new Town();
  const answers: { identity: number; answer: Answer }[] = [];
  for (const step of all) {
    await town.perform(step);
    await town.answered();
    await settleLimiters(...town.rooms);
    answers.push(...town.answers());
  }
  return answers;
}

test("[L8] what one identity is answered does not depend on what another does", () =>
  prove("[L8]", {
    runs: 4,
    states: ["join", "message", "refused"],
    arbitrary: steps,
    examples: [[...TOUR]],
    holds: async (all, reached) => {
      const both = all.filter((step) => step.do !== "crash").flatMap(apart);
      const one = both.filter((step) => !("who" in step) || isOfFirst(step));
      const alone = await answersTo(one);
      const together = await answersTo(both);
      expect(together.filter(({ identity }) => identity === 0)).toEqual(alone);
      for (const { answer } of alone) reached.add(typeof answer === "number" ? "refused" : answer);
    },
  }));

const isOfFirst = ({ who }: Extract<Step, { who: unknown }>): boolean =>
  [who].flat().every((one) => one % IDENTITIES === 0);

/** What a refusal of this frame says. */
async function refusal(client: TestClient, frame: object): Promise<number> {
  client.send(frame);
  return Number((await client.upTo("error")).at(-1)?.retryAfter);
}

/** Spends a burst, asks so often in vain here and in another room; returns the wait after the next accepted message. */
async function waitAfter(asks: number): Promise<number> {
  const [room, elsewhere] = [new HeldRoom(), new HeldRoom()];
  const address = freshAddress();
  const [client, other] = [await room.connect(address), await elsewhere.connect(address)];
  for (const one of [client, other]) {
    one.send({ name: "ann" });
    await one.upTo("ready");
  }
  for (let i = 0; i < BURST; i++) client.send({ message: `${i}` });
  const wait = await refusal(client, { message: "more" });
  for (let i = 0; i < asks; i++) {
    expect(await refusal(client, { message: "more" })).toBe(wait);
    // The other room's clock may be a millisecond off, as the limiter's may: so much longer it waits.
    expect(await refusal(other, { message: "more" })).toBe(wait + 2);
  }
  passTime(wait - 1);
  for (let i = 0; i < asks; i++) expect(await refusal(client, { message: "more" })).toBe(1);
  passTime(1);
  client.send({ message: "at last" });
  expect((await client.upTo("message")).at(-1)).toMatchObject({ message: "at last" });
  await room.answered();
  return refusal(client, { message: "more" });
}

test("[L2] [L4] refused with r: refused before r however often one asks, in any room, accepted at r; nothing was charged for asking", async () => {
  expect(await waitAfter(20)).toBe(PERIOD);
  expect(await waitAfter(0)).toBe(PERIOD);
});

test("[L4] hammering in two rooms moves the budget at most about once a period a room", async () => {
  const moves = vi.spyOn(ChatRoom.prototype, "yieldBudget");
  const address = freshAddress();
  const rooms = [new HeldRoom(), new HeldRoom()];
  const clients = await Promise.all(rooms.map((room) => room.connect(address)));
  for (const client of clients) {
    client.send({ name: "ann" });
    await client.upTo("ready");
  }
  // The burst goes first; until it is spent every message of the other room moves the budget.
  for (let i = 0; i <= BURST; i++) clients[0]?.send({ message: "hi" });
  await clients[0]?.upTo("error");
  moves.mockClear();
  const PERIODS = 5;
  const STEP_MS = 50;
  for (let ms = 0; ms < PERIODS * PERIOD; ms += STEP_MS) {
    passTime(STEP_MS);
    for (const client of clients) client.send({ message: "more" });
    for (const room of rooms) await room.answered();
  }
  expect(moves.mock.calls.length).toBeGreaterThan(0);
  expect(moves.mock.calls.length).toBeLessThanOrEqual((PERIODS + 1) * rooms.length);
});

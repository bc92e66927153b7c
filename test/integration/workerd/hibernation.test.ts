// [D9] as a metamorphic property inside workerd: the same steps, with and without evictions, give everybody the same
// frames. The room is quiet before it is evicted, because the platform hibernates no room that is not; and one frame is
// sent at a time, because what travels in one frame with what depends on how soon the limiter answers.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Reached } from "../../support/reached.ts";
import { freshAddress } from "./client.ts";
import { HeldRoom, holdClock, passTime, releaseClock, rewindClock, settleLimiters } from "./held-room.ts";
import { prove, step } from "./prove.ts";
import { Speaker } from "./speaker.ts";

/** Two speak the classic protocol, three the delivery protocol. The last two are one author with one tag. */
const PEOPLE = [
  { name: "ann", key: null, address: 0 },
  { name: "bob", key: null, address: 1 },
  { name: "cat", key: "a-secret-key-of-cat", address: 0 },
  { name: "dan", key: "a-secret-key-of-dan", address: 1 },
  { name: "dan", key: "a-secret-key-of-dan", address: 2 },
] as const;

const who = fc.nat(PEOPLE.length - 1);
const delivers = fc.integer({ min: 2, max: PEOPLE.length - 1 });
const legalCode = fc.oneof(
  fc.constantFrom(undefined, 1000, 1001, 1013),
  fc.integer({ min: 3000, max: 4999 }),
);
const frame = fc.constantFrom(
  "",
  "null",
  "[1]",
  '{"message":{}}',
  '{"message":1,"counter":1}',
  `{"message":"${"x".repeat(257)}","counter":1}`,
  `{"name":"${"x".repeat(33)}"}`,
  '{"history":{"before":0}}',
  '{"since":9}',
  "x".repeat(16_385),
);

const from = fc.constantFrom("seen" as const, "seen" as const, "start" as const, "other log" as const, null);

/** What may happen. `sleeps` and `limitersSleep` say what is evicted when all is quiet after it. */
const move = fc.record({
  step: fc.oneof(
    step(4, { do: fc.constant("return" as const), who, from }),
    step(2, { do: fc.constant("lurk" as const), who }),
    step(8, { do: fc.constant("say" as const), who }),
    step(4, { do: fc.constant("resend" as const), who: delivers, back: fc.constantFrom(-2, -2, 0, 1, 3) }),
    step(1, { do: fc.constant("junk" as const), who, frame }),
    step(3, { do: fc.constant("page" as const), who: delivers, before: fc.integer({ min: 2, max: 12 }) }),
    step(1, { do: fc.constant("ping" as const), who }),
    step(4, { do: fc.constant("leave" as const), who, code: legalCode }),
    step(5, { do: fc.constant("wait" as const), ms: fc.constantFrom(900, 900, 6_000, 31_000, 290_000) }),
    step(3, { do: fc.constant("alarm" as const) }),
  ),
  sleeps: fc.boolean(),
  limitersSleep: fc.boolean(),
});
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never;

/** Goes through every state that the property counts, asleep after each step; chance does the rest. */
const TOUR: readonly Move["step"][] = [
  ...Array.from({ length: 26 }, () => ({ do: "say", who: 2 }) as const),
  { do: "page", who: 2, before: 4 },
  { do: "resend", who: 2, back: 0 },
  { do: "resend", who: 2, back: -2 },
  { do: "lurk", who: 0 },
  { do: "wait", ms: 31_000 },
  { do: "lurk", who: 4 },
  { do: "say", who: 3 },
  { do: "say", who: 4 },
  { do: "return", who: 4, from: "seen" },
  { do: "return", who: 2, from: "seen" },
  { do: "leave", who: 4, code: 1000 },
  { do: "alarm" },
];

interface Play {
  /** What each person received, connection by connection. */
  readonly transcripts: readonly string[];
  readonly messages: readonly unknown[];
}

/** Plays the moves in a fresh room with fresh addresses. With `reached`, it counts, and it evicts. */
async function play(moves: readonly Move[], reached: Reached | null): Promise<Play> {
  rewindClock();
  const room = new HeldRoom();
  const addresses = [freshAddress(), freshAddress(), freshAddress()];
  const people = PEOPLE.map(
    ({ name, key, address }) => new Speaker(room, name, key, addresses[address] ?? ""),
  );
  let isAsleep = false;
  for (const { step, sleeps, limitersSleep } of moves) {
    const person = "who" in step ? people[step.who] : undefined;
    if (isAsleep && step.do === "leave" && person?.isHere === true) reached?.add("woken by a close");
    if (isAsleep && step.do === "alarm") reached?.add("woken by the alarm");
    await perform(room, person, step);
    await room.settle();
    await settleLimiters(room);
    isAsleep = reached !== null && sleeps;
    if (isAsleep) {
      await room.hibernate();
      reached?.add("evictions");
    }
    if (reached !== null && limitersSleep) {
      await room.evictLimiters();
      reached.add("limiters evicted");
    }
  }
  if (reached !== null) count(people, reached);
  return { transcripts: people.map((person) => person.transcript()), messages: (await room.log()).messages };
}

async function perform(room: HeldRoom, person: Speaker | undefined, step: Move["step"]): Promise<void> {
  // Who is not here and has something to say comes first.
  if (person?.isJoined === false && ["say", "resend", "page"].includes(step.do)) return person.enter("seen");
  switch (step.do) {
    case "return":
      person?.leave(1000);
      await room.settle();
      return person?.enter(step.from);
    case "lurk":
      return person?.connect();
    case "say":
      return person?.say();
    case "resend":
      return person?.resend(step.back);
    case "junk":
      return person?.send(step.frame);
    case "page":
      return person?.page(step.before);
    case "ping":
      return person?.send("ping");
    case "leave":
      return person?.leave(step.code);
    case "wait":
      passTime(step.ms);
      // What is due by now rings.
      await room.alarm();
      return;
    case "alarm":
      await room.alarm();
      return;
    default:
      step satisfies never;
  }
}

function count(people: readonly Speaker[], reached: Reached): void {
  for (const { frames, closes } of people) {
    for (const { welcome, refused, code, stored, history, presence, quit } of frames) {
      if (welcome?.resumed === true) reached.add("resumed");
      if (refused?.code === "rate-limited" || code === "rate-limited") reached.add("refused");
      if (refused?.code === "out-of-order") reached.add("out of order");
      if (stored !== undefined) reached.add("stored already");
      if (history !== undefined && history.events.length > 0) reached.add("pages");
      if (presence !== undefined || quit !== undefined) reached.add("presence");
    }
    for (const code of closes) {
      if (code === 4001) reached.add("superseded");
      if (code === 4002) reached.add("nameless dropped");
    }
    reached.add("frames", frames.length);
  }
}

beforeAll(holdClock);
afterAll(releaseClock);

test("[D9] the same steps with and without evictions, anywhere, give everybody the same frames", () =>
  prove("[D9]", {
    runs: 12,
    states: [
      ...["evictions", "limiters evicted", "frames", "resumed", "refused", "out of order", "stored already"],
      ...["pages", "presence", "superseded", "nameless dropped", "woken by a close", "woken by the alarm"],
    ],
    arbitrary: fc.array(move, { minLength: 20, maxLength: 40, size: "max" }),
    examples: [TOUR.map((step) => ({ step, sleeps: true, limitersSleep: true }))],
    holds: async (moves, reached) => {
      const asleep = await play(moves, reached);
      const awake = await play(moves, null);
      for (const [i, transcript] of awake.transcripts.entries()) {
        expect(asleep.transcripts[i]).toBe(transcript);
      }
      expect(asleep.messages).toEqual(awake.messages);
    },
  }));

// Every anomaly is counted as itself: streams with known faults, in both protocols, and what a receiver makes of them.
import fc from "fast-check";
import { expect, test } from "vitest";
import { dueOf, type Plan, totalOf, turnOf } from "../../../load/lib/pacing.ts";
import { Receiver } from "../../../load/lib/receiver.ts";
import { LATE_MS, Recorder } from "../../../load/lib/recorder.ts";
import { writeStamp } from "../../../load/lib/stamps.ts";
import {
  encodeClassicMessage,
  encodeEvents,
  encodeReady,
  encodeWelcome,
} from "../../../src/protocol/codec.ts";
import type { ChatMessage } from "../../../src/protocol/messages.ts";
import { prove } from "../../support/prove.ts";

const SIZE = 80;
const START = 1_763_900_000_000;
const WINDOW_MS = 3_000;
const DELAY_MS = 7;

/** What becomes of one message on its way to one receiver. `swap`: it comes behind the next one of its sender. */
type Fate = "fine" | "lose" | "double" | "swap" | "corrupt" | "delay";

interface Stream {
  readonly fates: readonly Fate[];
  readonly protocol: "classic" | "delivery";
  /** Events a frame, over and over. */
  readonly frames: readonly number[];
}

const streams: fc.Arbitrary<Stream> = fc.record({
  fates: fc.array(
    fc.constantFrom<Fate>("fine", "fine", "fine", "fine", "lose", "double", "swap", "corrupt", "delay"),
    { minLength: 1, maxLength: 40, size: "max" },
  ),
  protocol: fc.constantFrom("classic" as const, "delivery" as const),
  frames: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }),
});

const planFor = (messages: number): Plan => ({
  rooms: 1,
  senders: 1,
  rate: (messages / WINDOW_MS) * 1_000,
  endRate: (messages / WINDOW_MS) * 1_000,
  warmupMs: 0,
  windowMs: WINDOW_MS,
});

function messageOf(plan: Plan, k: number): ChatMessage {
  const isLast = k === totalOf(plan);
  const { sender, n } = isLast ? { sender: 0, n: k } : turnOf(plan, k);
  const intended = START + (isLast ? WINDOW_MS : dueOf(plan, k));
  const stamp = {
    kind: isLast ? "last" : "message",
    sender,
    n,
    refused: 0,
    intended,
    actual: intended,
  } as const;
  const message = writeStamp(stamp, SIZE);
  return { seq: k + 1, name: "m0", message, timestamp: START + k, author: "a", client: "k6", counter: k + 1 };
}

const corrupted = (message: ChatMessage): ChatMessage => ({
  ...message,
  message: `${message.message.slice(0, -1)}!`,
});

/** The messages as they arrive, and what a perfect judge would count. A swap needs a fine successor. */
function sufferFates(plan: Plan, given: readonly Fate[]) {
  const fates = given.map((fate, k) => (fate === "swap" && given[k + 1] !== "fine" ? "fine" : fate));
  const counts = { lost: 0, duplicate: 0, reordered: 0, corrupt: 0, late: 0 };
  const arriving: { readonly message: ChatMessage; readonly isLate: boolean }[] = [];
  let held: ChatMessage | null = null;
  let isLate = false;
  for (const [k, fate] of fates.entries()) {
    const message = messageOf(plan, k);
    isLate ||= fate === "delay";
    if (isLate && fate !== "lose" && fate !== "corrupt") counts.late += 1;
    if (fate === "lose") counts.lost += 1;
    else if (fate === "corrupt") counts.corrupt += 1;
    else if (fate === "double") counts.duplicate += 1;
    else if (fate === "swap") counts.reordered += 1;
    if (fate === "swap") held = message;
    else if (fate !== "lose")
      arriving.push({ message: fate === "corrupt" ? corrupted(message) : message, isLate });
    if (fate === "double") arriving.push({ message, isLate });
    if (fate !== "swap" && held !== null) {
      arriving.push({ message: held, isLate });
      held = null;
    }
  }
  return { arriving: [...arriving, { message: messageOf(plan, fates.length), isLate }], counts };
}

function receiverOf(plan: Plan, sample = 1, over = (): unknown => null, fromStart = true) {
  const recorder = new Recorder(plan);
  const options = {
    plan,
    room: 0,
    recorder,
    size: SIZE,
    sample,
    fromStart,
    sender: null,
    neighbours: 1,
  };
  return { recorder, receiver: new Receiver(options, { over }) };
}

function receive(stream: Stream, sample = 1) {
  const plan = planFor(stream.fates.length);
  const { arriving, counts } = sufferFates(plan, stream.fates);
  let isOver = false;
  const { recorder, receiver } = receiverOf(plan, sample, () => (isOver = true));
  const isDelivery = stream.protocol === "delivery";
  receiver.read({ text: isDelivery ? WELCOME : encodeReady(), at: START - 100, now: () => START });
  const rest = [...arriving];
  for (let i = 0; rest.length > 0; i += 1) {
    const events = rest.splice(0, stream.frames[i % stream.frames.length]);
    const messages = events.map(({ message }) => message);
    // A frame holds late messages or others.
    const parts = events[0]?.isLate === events.at(-1)?.isLate ? [messages] : messages.map((one) => [one]);
    for (const [j, part] of parts.entries()) {
      const isLate = events[parts.length === 1 ? 0 : j]?.isLate === true;
      const at = isLate ? START + WINDOW_MS + LATE_MS + 500 : START + WINDOW_MS - 1;
      const texts = isDelivery ? [encodeEvents(part)] : part.map(encodeClassicMessage);
      for (const text of texts) receiver.read({ text, at: at + DELAY_MS, now: () => at + DELAY_MS + 1 });
    }
  }
  receiver.finish();
  return { counts: recorder.counts, expected: counts, isOver, messages: stream.fates.length, recorder };
}

const WELCOME = encodeWelcome({
  protocol: 1,
  epoch: "e",
  head: 0,
  counter: 0,
  connection: "c",
  author: "a",
  members: 2,
  resumed: false,
});

test("[D1] [D2] [D3] every anomaly is counted as itself, in both protocols and whatever the frames", async () => {
  await prove("anomalies", {
    runs: 1_000,
    states: [
      "lost",
      "duplicate",
      "reordered",
      "corrupt",
      "late",
      "clean",
      "classic",
      "delivery",
      "the last one lost",
    ],
    arbitrary: streams,
    holds: (stream, reached) => {
      const { counts, expected, isOver, messages } = receive(stream);
      const { lost, duplicate, reordered, corrupt, late } = counts;
      expect({ lost, duplicate, reordered, corrupt, late }).toEqual(expected);
      expect(counts.expected).toBe(messages);
      expect(counts.delivered).toBe(messages - expected.lost - expected.corrupt);
      expect(counts.garbled + counts.missed + counts.negativeLatency).toBe(0);
      expect(isOver).toBe(true);
      for (const name of ["lost", "duplicate", "reordered", "corrupt", "late"] as const) {
        if (expected[name] > 0) reached.add(name);
      }
      if (stream.fates.every((fate) => fate === "fine")) reached.add("clean");
      if (stream.fates.at(-1) === "lose") reached.add("the last one lost");
      reached.add(stream.protocol);
    },
  });
});

test("[D2] a sample reads less, and counts losses between frames all the same", async () => {
  await prove("sampled", {
    runs: 300,
    states: ["lost", "read less"],
    arbitrary: streams.map((stream) => ({
      ...stream,
      protocol: "delivery" as const,
      frames: [1],
      fates: stream.fates.map((fate) => (fate === "lose" ? fate : "fine")),
    })),
    holds: (stream, reached) => {
      const { counts, expected, messages, recorder } = receive(stream, 4);
      expect([counts.lost, counts.delivered]).toEqual([expected.lost, messages - expected.lost]);
      // The first one that arrives, and every fourth.
      expect(recorder.times.latency.histogram.count).toBeLessThanOrEqual(2 + messages / 4);
      if (expected.lost > 0) reached.add("lost");
      if (recorder.times.latency.histogram.count < counts.delivered) reached.add("read less");
    },
  });
});

test("[D2] a receiver without the senders' last words takes the plan for what it is owed", () => {
  const plan = planFor(10);
  const { recorder, receiver } = receiverOf(plan);
  receiver.read({ text: WELCOME, at: START, now: () => START });
  receiver.read({ text: encodeEvents([messageOf(plan, 0)]), at: START + 200, now: () => START + 200 });
  receiver.finish();
  const { expected, delivered, lost } = recorder.counts;
  expect({ expected, delivered, lost }).toEqual({ expected: 10, delivered: 1, lost: 9 });
});

test("[P3] a comeback: what comes by replay is no duplicate, what the gap names is missed, what comes again is doubled", () => {
  const plan = planFor(10);
  const { recorder, receiver } = receiverOf(plan);
  const take = (...ks: number[]): void => {
    const text = encodeEvents(ks.map((k) => messageOf(plan, k)));
    receiver.read({ text, at: START + WINDOW_MS, now: () => START + WINDOW_MS });
  };
  receiver.read({ text: WELCOME, at: START, now: () => START });
  take(0, 1);
  receiver.leave();
  expect(receiver.since).toEqual({ epoch: "e", seq: 2 });
  const back = { protocol: 1, epoch: "e", head: 7, counter: 0, connection: "d", author: "a", members: 2 };
  const text = encodeWelcome({ ...back, resumed: true, gap: { first: 3, last: 4 } });
  receiver.read({ text, at: START, now: () => START });
  take(4, 5);
  take(5, 6);
  take(7, 8, 9, 10);
  receiver.finish();
  const { expected, delivered, missed, replayed, duplicate, lost, resumed } = recorder.counts;
  expect({ expected, delivered, missed, replayed, duplicate, lost, resumed }).toEqual({
    expected: 10,
    delivered: 8,
    missed: 2,
    replayed: 3,
    duplicate: 1,
    lost: 0,
    resumed: 1,
  });
});

test("[C9] a classic comeback: its snapshot doubles nothing, and what is older than it was missed, not lost", () => {
  const plan = planFor(10);
  const { recorder, receiver } = receiverOf(plan);
  const read = (text: string): void => receiver.read({ text, at: START + 1, now: () => START + 1 });
  const take = (...ks: number[]): void => ks.forEach((k) => read(encodeClassicMessage(messageOf(plan, k))));
  read(encodeReady());
  take(0, 1, 2);
  receiver.leave();
  take(1, 2, 5, 6);
  read(encodeReady());
  take(7, 8, 9, 10);
  receiver.finish();
  const { expected, delivered, missed, replayed, duplicate, lost } = recorder.counts;
  expect({ expected, delivered, missed, replayed, duplicate, lost }).toEqual({
    expected: 10,
    delivered: 8,
    missed: 2,
    replayed: 2,
    duplicate: 0,
    lost: 0,
  });
});

test("[D1] [C5] two senders' classic messages that change places are reordered, by their timestamps", () => {
  const plan = { ...planFor(10), senders: 2 };
  const { recorder, receiver } = receiverOf(plan);
  receiver.read({ text: encodeReady(), at: START, now: () => START });
  for (const k of [0, 1, 3, 2, 4]) {
    const text = encodeClassicMessage(messageOf(plan, k));
    receiver.read({ text, at: START + WINDOW_MS, now: () => START + WINDOW_MS });
  }
  receiver.finish();
  const { delivered, reordered, duplicate, lost } = recorder.counts;
  expect({ delivered, reordered, duplicate, lost }).toEqual({
    delivered: 5,
    reordered: 1,
    duplicate: 0,
    lost: 5,
  });
});

test("[D2] who joined late is owed what follows its first message, to the last", () => {
  const plan = planFor(10);
  const { recorder, receiver } = receiverOf(plan, 1, () => null, false);
  receiver.read({ text: encodeReady(), at: START, now: () => START });
  for (const k of [4, 5, 7, 8, 10]) {
    const text = encodeClassicMessage(messageOf(plan, k));
    receiver.read({ text, at: START + WINDOW_MS, now: () => START + WINDOW_MS });
  }
  receiver.finish();
  const { expected, delivered, lost } = recorder.counts;
  // 6 in the middle, and 9 before the sender's last words.
  expect({ expected, delivered, lost }).toEqual({ expected: 6, delivered: 4, lost: 2 });
});

test("[D11] a frame that nobody can read, and messages before the welcome, are garbled", () => {
  const plan = planFor(3);
  const { recorder, receiver } = receiverOf(plan);
  for (const text of ["{", encodeEvents([messageOf(plan, 0)])])
    receiver.read({ text, at: START, now: () => START });
  expect(recorder.counts.garbled).toBe(2);
});

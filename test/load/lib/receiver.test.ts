// Every anomaly is counted as itself: streams with known faults, in both protocols, and what a receiver makes of them.
import { expect, test } from "vitest";
import {
  encodeClassicMessage,
  encodeEvents,
  encodeReady,
  encodeTyping,
  encodeWelcome,
} from "../../../src/protocol/codec.ts";
import type { Plan } from "../../../load/lib/pacing.ts";
import type { Receiver } from "../../../load/lib/receiver.ts";
import { prove } from "../../support/prove.ts";
import { messageOf, planFor, receive, receiverOf, START, streams, WELCOME, WINDOW_MS } from "./streams.ts";

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

test("[D2] [D3] every message of every frame is judged, also where one in 100 is timed", () => {
  const plan = planFor(6);
  const { recorder, receiver } = receiverOf(plan, 100);
  const read = (text: string): void => receiver.read({ text, at: START, now: () => START });
  const frameOf = (...ks: number[]): string => encodeEvents(ks.map((k) => messageOf(plan, k)));
  read(WELCOME);
  // Its head says 1 to 3; the tail is missing, and a neighbour's text stands in the place of the second.
  read(frameOf(0, 1, 2).replace(/,\{"seq":3.*\}\]/, "]"));
  read(frameOf(3, 4, 5).replace("the-quick", "the-quack"));
  read(frameOf(3, 4, 5));
  read(frameOf(6));
  receiver.finish();
  const { delivered, lost, corrupt, duplicate } = recorder.counts;
  expect({ delivered, lost, corrupt, duplicate }).toEqual({
    delivered: 4,
    lost: 1,
    corrupt: 1,
    duplicate: 3,
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

test("[P19] that a visitor beside the load types is no message and no fault; to a classic member no room says it", () => {
  const text = encodeTyping({ connection: "d", author: "visitor", name: "visitor" });
  const garbledOf = (protocol: "classic" | "delivery"): number => {
    const { recorder, receiver } = receiverOf(planFor(10), 1, () => null, { protocol });
    const join = protocol === "classic" ? encodeReady() : WELCOME;
    for (const frame of [join, text]) receiver.read({ text: frame, at: START, now: () => START });
    const { garbled, foreign } = recorder.counts;
    return garbled + foreign;
  };
  expect(garbledOf("delivery")).toBe(0);
  expect(garbledOf("classic")).toBeGreaterThan(0);
});

/** A classic member joins, and gets these messages of the plan. */
function takeClassic(receiver: Receiver, plan: Plan, ks: readonly number[]): void {
  receiver.read({ text: encodeReady(), at: START, now: () => START });
  for (const k of ks) {
    const text = encodeClassicMessage(messageOf(plan, k));
    receiver.read({ text, at: START + WINDOW_MS, now: () => START + WINDOW_MS });
  }
}

test("[C9] a classic comeback: its snapshot doubles nothing, and what is older than it was missed, not lost", () => {
  const plan = planFor(10);
  const { recorder, receiver } = receiverOf(plan, 1, () => null, { protocol: "classic" });
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
  const { recorder, receiver } = receiverOf(plan, 1, () => null, { protocol: "classic" });
  takeClassic(receiver, plan, [0, 1, 3, 2, 4]);
  receiver.finish();
  const { delivered, reordered, duplicate, lost } = recorder.counts;
  expect({ delivered, reordered, duplicate, lost }).toEqual({
    delivered: 5,
    reordered: 1,
    duplicate: 0,
    lost: 5,
  });
});

test("[D1] [C5] a classic message that another sender's last words overtook is reordered", () => {
  const plan = { ...planFor(4), senders: 2 };
  const { recorder, receiver } = receiverOf(plan, 1, () => null, { protocol: "classic" });
  // Number 4 is the last words of the first sender, number 3 a message of the second.
  takeClassic(receiver, plan, [0, 1, 2, 4, 3]);
  receiver.finish();
  expect(recorder.counts.reordered).toBe(1);
});

test("[D1] last words that stand before a message in one frame are no delivery", () => {
  const plan = planFor(3);
  const { recorder, receiver } = receiverOf(plan);
  receiver.read({ text: WELCOME, at: START, now: () => START });
  const text = encodeEvents([0, 1, 3, 2].map((k) => messageOf(plan, k)));
  receiver.read({ text, at: START + WINDOW_MS, now: () => START + WINDOW_MS });
  receiver.finish();
  const { expected, delivered, reordered, lost } = recorder.counts;
  expect({ expected, delivered, reordered, lost }).toEqual({
    expected: 3,
    delivered: 3,
    reordered: 1,
    lost: 0,
  });
});

test("[D2] who joined late is owed what follows its first message, to the last", () => {
  const plan = planFor(10);
  const { recorder, receiver } = receiverOf(plan, 1, () => null, { fromStart: false, protocol: "classic" });
  takeClassic(receiver, plan, [4, 5, 7, 8, 10]);
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

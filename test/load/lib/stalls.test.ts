// What a virtual user keeps of its own stalls, of the room's clock, and of what a replay brought.
import { expect, test } from "vitest";
import { quantile } from "../../../load/lib/histogram.ts";
import { Recorder, TICK_MS } from "../../../load/lib/recorder.ts";
import { encodeEvents, encodeWelcome } from "../../../src/protocol/codec.ts";
import { messageOf, planFor, receiverOf, START, WINDOW_MS } from "./streams.ts";

const begun = (): Recorder => {
  const recorder = new Recorder(planFor(30));
  recorder.begin(START);
  return recorder;
};

test("a stall counts by its time: four of 300 ms in three seconds are far over one in a hundred", () => {
  const recorder = begun();
  // 180 ticks on time, and four late ones: of single ticks they are two in a hundred.
  for (let i = 0; i < 180; i += 1) recorder.stalled(0.5, START + i * TICK_MS);
  for (let i = 0; i < 4; i += 1) recorder.stalled(300, START + 1_000 + i * 500);
  const { histogram } = recorder.times.hiccup;
  expect(histogram.count).toBe(180 + 4 * 30);
  expect(quantile(histogram, 0.99)).toBeGreaterThan(250);
  expect(quantile(histogram, 0.5)).toBeLessThan(1);
  expect(recorder.steps.get(1)?.hiccupMaxMs).toBe(300);
  expect(recorder.steps.get(0)?.hiccupMaxMs).toBe(0.5);
});

test("stalls before and after the measured window are nobody's", () => {
  const recorder = begun();
  recorder.stalled(300, START - 1);
  recorder.stalled(300, START + WINDOW_MS);
  expect(recorder.times.hiccup.histogram.count).toBe(0);
});

test("a room's time is a clock's only where it does not follow the one before by a millisecond", () => {
  const recorder = begun();
  expect(recorder.roomLag).toBe(Infinity);
  recorder.told(START, START + 5, START + 9);
  expect(recorder.roomLag).toBe(9);
  // In a busy room it runs ahead, and what follows says nothing.
  recorder.told(START + 6, START + 900, START + 11);
  recorder.told(START + 901, START + 901, START + 12);
  expect(recorder.roomLag).toBe(9);
  recorder.told(START + 1_000, START + 1_000, START + 1_003);
  expect(recorder.roomLag).toBe(3);
});

test("[P3] what a replay brought took from when it was due until it was there", () => {
  const recorder = begun();
  const intended = START + 500;
  recorder.recovered(
    { kind: "message", sender: 0, n: 5, refused: 0, intended, actual: intended },
    START + 2_600,
  );
  expect(recorder.times.recovery.histogram).toMatchObject({ count: 1, min: 2_100 });
  expect(recorder.times.latency.histogram.count).toBe(0);
});

test("[P3] a member that comes back times what was replayed from when it was due, apart from what comes at once", () => {
  const plan = planFor(30);
  const { receiver, recorder } = receiverOf(plan);
  const head = { protocol: 1, epoch: "e", counter: 0, connection: "c", author: "a", members: 1 };
  const welcome = (seq: number, resumed: boolean): string => encodeWelcome({ ...head, head: seq, resumed });
  const read = (text: string, at: number): void => receiver.read({ text, at, now: () => at });
  const frame = (from: number, to: number): string =>
    encodeEvents(Array.from({ length: to - from }, (_, i) => messageOf(plan, from + i)));
  read(welcome(0, false), START);
  read(frame(0, 2), START + 500);
  receiver.leave();
  read(welcome(5, true), START + 2_000);
  read(frame(2, 5), START + 2_000);
  expect(recorder.times.recovery.histogram.count).toBe(3);
  expect(recorder.times.recovery.histogram.min).toBeGreaterThan(1_000);
  expect(recorder.times.latency.histogram.count).toBe(2);
});

// The load scripts' pure parts for fixed inputs: see vectors.ts.
import { encodeEvents } from "../../src/protocol/codec.ts";
import { overLimit } from "../lib/allowance.ts";
import { Places } from "../lib/arrivals.ts";
import { Attribution } from "../lib/attribution.ts";
import { eventsIn, readFrame } from "../lib/frames.ts";
import { quantile, Times } from "../lib/histogram.ts";
import { dueOf, Pace, totalOf, turnOf } from "../lib/pacing.ts";
import { Readings } from "../lib/readings.ts";
import { Receiver } from "../lib/receiver.ts";
import { Recorder } from "../lib/recorder.ts";
import { readStamp, writeStamp } from "../lib/stamps.ts";
import { fitUsl, throughputAt } from "../lib/usl.ts";
import { Witness } from "../lib/witness.ts";

const plan = { rooms: 1, senders: 1, rate: 2, endRate: 6, warmupMs: 1_000, windowMs: 2_000 };
const START = 1_763_900_000_000.125;
const SIZE = 90;

/** Name → anything that JSON can hold. */
export function vectorsOfLoad(): Record<string, unknown> {
  return { times: times(), pacing: pacing(), stamps: stamps(), receiver: receiver(), fits: fits() };
}

function times(): unknown {
  const all = new Times();
  // A product, not a power: engines differ in a power's last digit.
  for (let i = 0, time = 0.001; i < 200; i += 1, time *= 1.1) all.add(time);
  return {
    ...all.histogram,
    quantiles: [0, 0.5, 0.99, 0.999, 1].map((q) => quantile(all.histogram, q).toPrecision(12)),
  };
}

function pacing(): unknown {
  const all = Array.from({ length: totalOf(plan) }, (_, k) => [dueOf(plan, k), turnOf(plan, k)]);
  const pace = new Pace(plan);
  const others = (["poisson", "bursts"] as const).map((kind) => {
    const places = new Places({ kind, seed: 7 }, 50, 4);
    // Logarithms differ in their last digits.
    return Array.from({ length: 50 }, (_, k) => places.at(k).toPrecision(9));
  });
  return [all, pace.take(2_000), pace.wait(0), others];
}

function messages() {
  return Array.from({ length: totalOf(plan) }, (_, n) => {
    const intended = START + dueOf(plan, n);
    const stamp = { kind: "message", sender: 0, n, refused: 0, intended, actual: intended + 1.5 } as const;
    const message = writeStamp(stamp, SIZE);
    return { seq: n + 1, name: "m0", message, timestamp: n + 1, author: "a", client: "k6", counter: n + 1 };
  });
}

const read = (frame: string) => eventsIn(frame).map(({ stampAt }) => readStamp(frame, stampAt, SIZE));

function stamps(): unknown {
  const text = encodeEvents(messages());
  const damaged = text.replaceAll("fox", "fax");
  return [text, readFrame(text), read(text), read(damaged).map((stamp) => stamp !== null)];
}

/** Loses one, doubles one, and hears of both from the receiver and from the checker. */
function receiver(): unknown {
  const recorder = new Recorder(plan);
  const options = {
    plan,
    room: 0,
    protocol: "delivery" as const,
    isOwn: () => true,
    recorder,
    readings: new Readings(SIZE, new Attribution({ senders: 1, nameOf: (sender) => `m${sender}` })),
    sample: 2,
    offset: 0,
    fromStart: true,
    sender: 0,
    neighbours: 1,
    waits: recorder.waitsOf(0),
  };
  const one = new Receiver(options, {});
  const witness = new Witness();
  const welcome = { protocol: 1, epoch: "e", head: 0, counter: 0, connection: "c", author: "a", members: 1 };
  const [a, b, c, d, ...rest] = messages();
  const parts = [[a, b], [b], [d], rest].map((part) => part.filter((message) => message !== undefined));
  for (const message of [a, b, c, d, ...rest]) if (message !== undefined) witness.sent("m0", message.message);
  const texts = [
    JSON.stringify({ welcome: { ...welcome, resumed: false } }),
    ...parts.map((part) => encodeEvents(part)),
  ];
  for (const text of texts) {
    one.read({ text, at: START + 2_500, now: () => START + 2_501 });
    witness.heard("m0", text);
  }
  one.finish();
  const steps = [...recorder.steps].map(([at, { latency, ...step }]) => [at, step, latency.histogram]);
  const { slowest, memberTimes } = recorder;
  const views = [slowest.deliveries, memberTimes, [...recorder.cells()]];
  return [recorder.counts, recorder.times.latency.histogram, steps, views, witness.verdict()];
}

function fits(): unknown {
  const law = { lambda: 1_000, sigma: 0.05, kappa: 0.0001 };
  const points = [1, 5, 20, 60, 150].map((load) => ({ load, throughput: throughputAt(law, load) }));
  const accepted = Array.from({ length: 6 }, () => ({ sent: 0, answered: 10 }));
  return [fitUsl(points), overLimit({ periodMs: 5_000, burst: 5 }, accepted)];
}

// Streams with known faults on their way to one receiver, and what a perfect judge would count of them.
import fc from "fast-check";
import { Attribution } from "../../../load/lib/attribution.ts";
import { dueOf, type Plan, totalOf, turnOf } from "../../../load/lib/pacing.ts";
import { Readings } from "../../../load/lib/readings.ts";
import { Receiver } from "../../../load/lib/receiver.ts";
import { LATE_MS, Recorder } from "../../../load/lib/recorder.ts";
import { writeStamp } from "../../../load/lib/stamps.ts";
import {
  encodeClassicMessage,
  encodeEvents,
  encodeReady,
  encodeWelcome,
} from "../../../src/protocol/codec.ts";
import type { ChatMessage, Welcome } from "../../../src/protocol/messages.ts";

const SIZE = 80;
export const START = 1_763_900_000_000;
export const WINDOW_MS = 3_000;
const DELAY_MS = 7;

/** What becomes of one message on its way to one receiver. `swap`: it comes behind the next one of its sender. */
type Fate = "fine" | "lose" | "double" | "swap" | "corrupt" | "delay";

interface Stream {
  readonly fates: readonly Fate[];
  readonly protocol: "classic" | "delivery";
  /** Events a frame, over and over. */
  readonly frames: readonly number[];
}

export const streams: fc.Arbitrary<Stream> = fc.record({
  fates: fc.array(
    fc.constantFrom<Fate>("fine", "fine", "fine", "fine", "lose", "double", "swap", "corrupt", "delay"),
    { minLength: 1, maxLength: 40, size: "max" },
  ),
  protocol: fc.constantFrom("classic" as const, "delivery" as const),
  frames: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }),
});

export const planFor = (messages: number): Plan => ({
  rooms: 1,
  senders: 1,
  rate: (messages / WINDOW_MS) * 1_000,
  endRate: (messages / WINDOW_MS) * 1_000,
  warmupMs: 0,
  windowMs: WINDOW_MS,
});

export function messageOf(plan: Plan, k: number): ChatMessage {
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

interface Kind {
  readonly protocol?: "classic" | "delivery";
  readonly fromStart?: boolean;
}

/** By default of the delivery protocol, and there from the start. */
export function receiverOf(plan: Plan, sample = 1, over = (): unknown => null, kind: Kind = {}) {
  const attribution = new Attribution({ senders: plan.senders, nameOf: (sender) => `m${sender}` });
  const recorder = new Recorder(plan);
  const options = {
    plan,
    room: 0,
    recorder,
    readings: new Readings(SIZE, attribution),
    sample,
    offset: 0,
    fromStart: true,
    sender: null,
    neighbours: 1,
    waits: recorder.waitsOf(0),
    protocol: "delivery" as const,
    isOwn: (welcome: Welcome) => attribution.isWelcome(welcome, { index: 0, room: 0, sender: null }),
    ...kind,
  };
  return { recorder, receiver: new Receiver(options, { over }) };
}

export function receive(stream: Stream, sample = 1) {
  const plan = planFor(stream.fates.length);
  const { arriving, counts } = sufferFates(plan, stream.fates);
  let isOver = false;
  const { recorder, receiver } = receiverOf(plan, sample, () => (isOver = true), {
    protocol: stream.protocol,
  });
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

export const WELCOME = encodeWelcome({
  protocol: 1,
  epoch: "e",
  head: 0,
  counter: 0,
  connection: "c",
  author: "a",
  members: 2,
  resumed: false,
});

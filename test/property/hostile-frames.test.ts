// 100,000 frames that nobody in their right mind sends, to a room in every state: no throw, no change of anything that others have,
// and an answer of a known code. The codes that were reached are counted: a corpus that reaches none shows nothing.
import { expect, test } from "vitest";
import { parseFields } from "../../src/protocol/fields.ts";
import { CLOSE } from "../../src/protocol/messages.ts";
import type { RoomEffect } from "../../src/room/effects.ts";
import { generator } from "../support/random.ts";
import { DELIVERY, of, RoomMachine } from "../support/room-machine.ts";

const FRAMES = 100_000;
/** The same corpus on every machine. */
const SEED = 20_261_128;

const VALID = [
  { name: "eve" },
  { name: "eve", protocol: 1, key: "k".repeat(16), client: "tab" },
  { name: "eve", protocol: 1, key: "k".repeat(16), client: "tab", since: { epoch: "e", seq: 0 } },
  { message: "hi" },
  { message: "hi", counter: 1 },
  { message: "hi", counter: 7 },
  { history: { before: 1 } },
  { history: { before: 9, limit: 3 } },
  { typing: true },
].map((frame) => JSON.stringify(frame));

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  "",
  "x",
  "\ud800",
  "\udc00\ud800",
  "\u0000",
  "\u202e",
  "x".repeat(33),
  "x".repeat(257),
  "x".repeat(2_001),
  "x".repeat(17_000),
  [],
  {},
  [[[[]]]],
  { before: "1" },
  { before: 1, limit: 101 },
  { epoch: 1, seq: -1 },
];
const KEYS = ["name", "message", "counter", "protocol", "key", "client", "since", "history", "typing"];
const ODD_KEYS = ["__proto__", "constructor", "toString", "hasOwnProperty", "then", "toJSON", "0", ""];
const RAW = [
  "",
  " ",
  "null",
  "[]",
  "1",
  '"text"',
  "{",
  "{}",
  "ping ",
  "PING",
  '{"__proto__":{"name":"eve"}}',
  '{"name":"eve","name":"adam"}',
  '{"message":"hi"}{"message":"hi"}',
  "\ufeff{}",
  "[".repeat(8_000),
  `{"a":${"[".repeat(4_000)}${"]".repeat(4_000)}}`,
  `{"message":"${"x".repeat(16_384)}"}`,
  "NaN",
  `{"name":"${"x".repeat(33)}"}`,
  '{"counter":1e999,"message":"hi"}',
  '{"message":"\\ud800","counter":1}',
];

class Corpus {
  private readonly below = generator(SEED);

  private one<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }

  next(): unknown {
    const kind = this.below(12);
    if (kind === 0) return new ArrayBuffer(this.below(64));
    if (kind === 1) return this.one(RAW);
    if (kind <= 4) return this.one(VALID);
    if (kind <= 6) return this.fields();
    return this.damaged(this.one(VALID));
  }

  /** Right and odd keys, with values of any shape. */
  private fields(): string {
    const entries = Array.from({ length: 1 + this.below(4) }, () => {
      const key = this.below(5) === 0 ? this.one(ODD_KEYS) : this.one(KEYS);
      return `${JSON.stringify(key)}:${JSON.stringify(this.one(VALUES))}`;
    });
    return `{${entries.join(",")}}`;
  }

  /** A valid frame with units dropped, doubled, or changed. */
  private damaged(text: string): string {
    let left = text;
    for (let i = this.below(3); i >= 0; i--) {
      const at = this.below(left.length + 1);
      const unit = String.fromCharCode(this.below(6) === 0 ? this.below(65_536) : 32 + this.below(95));
      const dropped = this.below(3);
      left = left.slice(0, at) + (this.below(2) === 0 ? unit : "") + left.slice(at + dropped);
    }
    return left;
  }
}

/** A room with two honest members, and one that is hostile in the state given. */
function roomWith(state: "nameless" | "classic" | "delivery"): RoomMachine {
  const machine = new RoomMachine();
  machine.join("ann", { name: "ann" }, "home");
  machine.join("bob", { ...DELIVERY, key: "b".repeat(16) }, "work");
  if (state === "nameless") machine.accept("eve");
  else machine.join("eve", state === "classic" ? { name: "eve" } : DELIVERY);
  return machine;
}

function codesOf(effects: readonly RoomEffect[]): string[] {
  const codes = of("close", effects).map(({ code }) => `close ${code}`);
  const frames = of("send", effects)
    .filter(({ to }) => to === "eve")
    .map(({ frame }) => frame);
  for (const share of of("fan-out", effects).flatMap(({ shares }) => shares))
    if (share.to.includes("eve")) frames.push(...share.frames);
  for (const frame of frames) {
    const fields = parseFields(frame);
    const refused = fields?.refused as { code?: string } | undefined;
    const code = fields?.code ?? refused?.code ?? Object.keys(fields ?? {})[0];
    codes.push(typeof code === "string" ? code : "none");
  }
  return codes;
}

test(`[D11] [C14] ${FRAMES} hostile frames: nothing throws, nobody else is touched, and each code is reached`, () => {
  const corpus = new Corpus();
  const reached = new Map<string, number>();
  const note = (code: string): void => void reached.set(code, (reached.get(code) ?? 0) + 1);
  const states = ["nameless", "classic", "delivery"] as const;
  let machine = roomWith("nameless");
  for (let i = 0; i < FRAMES; i++) {
    // A new room each forty frames: no state is reached once only.
    if (i % 40 === 0 || !machine.room.sessions.has("eve"))
      machine = roomWith(states[Math.floor(i / 40) % 3] ?? "nameless");
    machine.now += 50;
    const effects = machine.handle({ type: "frame", connection: "eve", frame: corpus.next() });
    for (const code of codesOf(effects)) note(code);
    for (const { connection } of of("close", effects)) expect(connection).toBe("eve");
    expect(machine.room.sessions.has("ann") && machine.room.sessions.has("bob")).toBe(true);
    if (of("take", effects).length > 0) for (const code of codesOf(machine.grant())) note(code);
  }
  console.log(`[D11] hostile frames reached: ${[...reached].map((entry) => entry.join(" ")).join(", ")}`);
  const errors = [
    "bad-frame",
    "frame-too-large",
    "name-too-long",
    "message-too-long",
    "rate-limited",
    "out-of-order",
  ];
  const rest = ["welcome", "ready", "joined", "stored", "history", "first", `close ${CLOSE.tooLarge}`];
  for (const code of [...errors, ...rest])
    expect([code, (reached.get(code) ?? 0) > 10]).toEqual([code, true]);
  expect(Object.prototype).toEqual({});
});

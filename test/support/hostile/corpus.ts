// Frames that nobody in their right mind sends, and valid ones among them: the same ones on every machine.
import { MAX_CLIENT_FRAME_LENGTH } from "../../../src/protocol/limits.ts";
import type { Random } from "../random.ts";

const HELLOS = [
  { name: "eve" },
  { name: "eve", protocol: 1, key: "k".repeat(16), client: "tab" },
  { name: "eve", protocol: 1, key: "k".repeat(16), client: "tab", since: { epoch: "e", seq: 0 } },
  { name: "mal", protocol: 1, key: "m".repeat(16), client: "" },
];
const MESSAGES = [
  { message: "hi" },
  ...[1, 2, 3, 4, 5, 6, 7].map((counter) => ({ message: `word ${counter}`, counter })),
  { message: "l".repeat(2_000), counter: 1 },
  { message: " \u200b ", counter: 1 },
];
const QUESTIONS = [{ history: { before: 1 } }, { history: { before: 9, limit: 3 } }, { typing: true }];
const VALID = [HELLOS, MESSAGES, QUESTIONS].map((frames) => frames.map((frame) => JSON.stringify(frame)));

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

/** Whether the room is sure to close whoever sends this. */
const isTooLarge = (frame: unknown): boolean =>
  typeof frame === "string" && frame.length > MAX_CLIENT_FRAME_LENGTH;

export class Corpus {
  private readonly below: Random;
  /** A frame that is said again and again, and how often still. */
  private again: { readonly frame: unknown; times: number } = { frame: "", times: 0 };

  constructor(below: Random) {
    this.below = below;
  }

  /** `isMild`: a frame that is not too large, so that its sender lives for longer. */
  next(isMild: boolean): unknown {
    const { again } = this;
    const frame = again.times > 0 ? again.frame : this.made();
    if (again.times > 0) again.times -= 1;
    else if (this.below(60) === 0) this.again = { frame, times: this.below(60) };
    return isMild && isTooLarge(frame) ? this.next(isMild) : frame;
  }

  private made(): unknown {
    const kind = this.below(12);
    if (kind === 0) return new ArrayBuffer(this.below(64));
    if (kind === 1) return this.one(RAW);
    if (kind <= 5) return this.valid();
    if (kind <= 7) return this.fields();
    return this.damaged(this.valid());
  }

  private one<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }

  private valid(): string {
    return this.one(this.one(VALID));
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

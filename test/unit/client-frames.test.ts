import { expect, test } from "vitest";
import {
  decodeClientFrame,
  encodeError,
  encodeHistory,
  encodeReady,
  encodeStored,
} from "../../src/protocol/codec.ts";
import { PING, PONG } from "../../src/protocol/limits.ts";
import { decodeServerFrame } from "../../src/protocol/server-frames.ts";
import { messageAt } from "../support/log-contract.ts";

const classic = (fields: object): unknown => decodeClientFrame(JSON.stringify(fields), false);
const delivery = (fields: object): unknown => decodeClientFrame(JSON.stringify(fields), true);

test.each([
  { fields: { message: "." }, message: "." },
  { fields: { message: "x".repeat(256) }, message: "x".repeat(256) },
  { fields: { message: "half \udc00" }, message: "half \ufffd" },
  { fields: { message: "hi", counter: 7, history: {} }, message: "hi" },
])("[C5] a classic client says $message, and nothing beside it counts", ({ fields, message }) => {
  expect(classic(fields)).toEqual({ ok: true, value: { kind: "message", message, counter: 0 } });
});

test.each([
  { fields: {}, code: "bad-frame", error: "Message must be text." },
  { fields: { message: 7, counter: 7 }, code: "bad-frame", error: "Message must be text." },
  { fields: { message: "x".repeat(257), counter: 7 }, code: "message-too-long", error: "Message too long." },
])("[C6] [D11] a classic client's $fields is refused: $error", ({ fields, code, error }) => {
  expect(classic(fields)).toEqual({ ok: false, error: { code, error } });
});

test("[P2] a delivery client's message has a counter, and a refusal of it names the counter", () => {
  const value = { kind: "message", message: "hi", counter: 1 };
  expect(delivery({ message: "hi", counter: 1 })).toEqual({ ok: true, value });
  expect(delivery({ message: 7, counter: 3 })).toEqual({
    ok: false,
    error: { code: "bad-frame", error: "Message must be text.", counter: 3 },
  });
  expect(delivery({ message: "x".repeat(257), counter: 3 })).toEqual({
    ok: false,
    error: { code: "message-too-long", error: "Message too long.", counter: 3 },
  });
});

test.each([256, 1_000, 2_000])(
  "[P18] where the room says %s, a delivery client's message has so many units and no more; a classic client's has 256",
  (most) => {
    const said = (length: number, isDelivery: boolean): unknown => {
      const frame = JSON.stringify({ message: "x".repeat(length), counter: 1 });
      const decoded = decodeClientFrame(frame, isDelivery, most);
      return decoded.ok ? decoded.value.kind : decoded.error;
    };
    expect(said(most, true)).toBe("message");
    const tooLong = { code: "message-too-long", error: "Message too long." };
    expect(said(most + 1, true)).toEqual({ ...tooLong, counter: 1 });
    expect(said(256, false)).toBe("message");
    expect(said(257, false)).toEqual(tooLong);
  },
);

/** A message as an encoder writes it that keeps to ASCII. */
const spelled = (units: number): string =>
  `{"message":"${"\\u0416".repeat(units)}","counter":${Number.MAX_SAFE_INTEGER}}`;

test("[P18] a message of 2,000 units is taken however its JSON spells it, and a frame has room for no more than that", () => {
  expect(decodeClientFrame(spelled(2_000), true, 2_000)).toEqual({
    ok: true,
    value: { kind: "message", message: "\u0416".repeat(2_000), counter: Number.MAX_SAFE_INTEGER },
  });
  expect(decodeClientFrame(spelled(2_001), true, 2_000)).toMatchObject({
    error: { code: "message-too-long" },
  });
  expect(decodeClientFrame(spelled(2_750), true, 2_000)).toMatchObject({
    error: { code: "frame-too-large" },
  });
});

test.each([undefined, null, 0, -1, 1.5, "1", 2 ** 53])("[P2] %s is no counter", (counter) => {
  const error = { code: "bad-frame", error: "Counter must be a whole number from 1." };
  expect(delivery({ message: "hi", counter })).toEqual({ ok: false, error });
});

test.each([
  { history: { before: 1 }, limit: 100 },
  { history: { before: 9, limit: null }, limit: 100 },
  { history: { before: 9, limit: 1 }, limit: 1 },
  { history: { before: 9, limit: 100 }, limit: 100 },
])("[P5] $history asks for a page of up to $limit", ({ history, limit }) => {
  const value = { kind: "history", before: history.before, limit };
  expect(delivery({ history })).toEqual({ ok: true, value });
});

test.each([
  { history: null, error: "History must be { before, limit }." },
  { history: 7, error: "History must be { before, limit }." },
  { history: {}, error: "History must be { before, limit }." },
  { history: { before: 0 }, error: "History must be { before, limit }." },
  { history: { before: 9, limit: 0 }, error: "Limit must be from 1 to 100." },
  { history: { before: 9, limit: 101 }, error: "Limit must be from 1 to 100." },
  { history: { before: 9, limit: "5" }, error: "Limit must be from 1 to 100." },
])("[P5] [D11] $history is refused: $error", ({ history, error }) => {
  expect(delivery({ history })).toEqual({ ok: false, error: { code: "bad-frame", error } });
});

test("[P6] what a client says to show that it lives, and what the runtime answers", () => {
  expect([PING, PONG]).toEqual(["ping", "pong"]);
});

test("[C3] what ends a join, and what a classic client is told of an error", () => {
  expect(JSON.parse(encodeReady())).toEqual({ ready: true });
  expect(JSON.parse(encodeError("No.", "busy", 7))).toEqual({ error: "No.", code: "busy", retryAfter: 7 });
});

test("[P2] [P5] a stored counter, a page and an error are read as they were written", () => {
  expect(decodeServerFrame(encodeStored(7))).toEqual({ kind: "stored", stored: 7 });
  const history = { before: 3, events: [messageAt(1), messageAt(2)], more: true };
  expect(decodeServerFrame(encodeHistory(history))).toEqual({ kind: "history", history });
  expect(decodeServerFrame(encodeError("No.", "busy"))).toEqual({
    kind: "error",
    error: "No.",
    code: "busy",
  });
});

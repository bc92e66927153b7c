import { expect, test } from "vitest";
import { decodeHello } from "../../src/protocol/codec.ts";
import { parseFields } from "../../src/protocol/fields.ts";

const KEY = "k".repeat(16);
const hello = (fields: object): unknown => decodeHello(JSON.stringify(fields));
const delivery = (fields: object): unknown =>
  hello({ name: "ann", protocol: 1, key: KEY, client: "tab", ...fields });

test.each([
  { fields: {}, name: "anonymous" },
  { fields: { name: null }, name: "anonymous" },
  { fields: { name: "" }, name: "anonymous" },
  { fields: { name: "ann" }, name: "ann" },
  { fields: { name: "x".repeat(32) }, name: "x".repeat(32) },
  { fields: { name: "ann", message: "hi", counter: 1 }, name: "ann" },
  { fields: { name: "a\ud800b" }, name: "a\ufffdb" },
])("[C4] the first frame $fields joins as $name", ({ fields, name }) => {
  expect(hello(fields)).toEqual({ ok: true, value: { name, delivery: null } });
});

test.each([
  { fields: { name: "x".repeat(33) }, code: "name-too-long", error: "Name too long." },
  { fields: { name: 7 }, code: "bad-frame", error: "Name must be text." },
  { fields: { message: "hi" }, code: "bad-frame", error: "Say your name first." },
  { fields: { counter: 1 }, code: "bad-frame", error: "Say your name first." },
  { fields: { history: {} }, code: "bad-frame", error: "Say your name first." },
])("[C4] [D11] the first frame $fields is refused: $error", ({ fields, code, error }) => {
  expect(hello(fields)).toStrictEqual({ ok: false, error: { code, error } });
});

test.each([
  { text: new ArrayBuffer(2), code: "bad-frame", error: "Frames must be text." },
  { text: "x".repeat(16_385), code: "frame-too-large", error: "Frame too large." },
  { text: "x".repeat(16_384), code: "bad-frame", error: "Frames must be JSON objects." },
  { text: "{", code: "bad-frame", error: "Frames must be JSON objects." },
])("[D11] what is no frame is refused: $error", ({ text, code, error }) => {
  expect(decodeHello(text)).toEqual({ ok: false, error: { code, error } });
});

test.each(["null", "[]", "7", '"text"', "", "{"])("[D11] %s is no object with fields", (text) => {
  expect(parseFields(text)).toBeNull();
});

test.each([
  { fields: {}, since: null },
  { fields: { since: null }, since: null },
  { fields: { since: { epoch: "e", seq: 0 } }, since: { epoch: "e", seq: 0 } },
  {
    fields: { since: { epoch: "e".repeat(128), seq: 7, more: 1 } },
    since: { epoch: "e".repeat(128), seq: 7 },
  },
])("[P1] [P3] a hello with $fields asks for the delivery protocol", ({ fields, since }) => {
  const value = { name: "ann", delivery: { key: KEY, client: "tab", since } };
  expect(delivery(fields)).toEqual({ ok: true, value });
});

test.each([
  { key: "k".repeat(16), client: "" },
  { key: "k".repeat(128), client: "t".repeat(32) },
])("[P1] key and client tag may be as long as this: $key, '$client'", (fields) => {
  expect(delivery(fields)).toMatchObject({ value: { delivery: fields } });
});

test.each([
  { fields: { protocol: 2 }, error: "Only protocol 1 is spoken here." },
  { fields: { protocol: null }, error: "Only protocol 1 is spoken here." },
  { fields: { key: "k".repeat(15) }, error: "Key must be text of 16 to 128 characters." },
  { fields: { key: "k".repeat(129) }, error: "Key must be text of 16 to 128 characters." },
  { fields: { key: Array(16).fill("k") }, error: "Key must be text of 16 to 128 characters." },
  { fields: { client: "t".repeat(33) }, error: "Client must be text of at most 32 characters." },
  { fields: { client: ["tab"] }, error: "Client must be text of at most 32 characters." },
  { fields: { since: 7 }, error: "Since must be { epoch, seq }." },
  { fields: { since: { epoch: 7, seq: 7 } }, error: "Since must be { epoch, seq }." },
  { fields: { since: { epoch: ["e"], seq: 7 } }, error: "Since must be { epoch, seq }." },
  { fields: { since: { epoch: "e".repeat(129), seq: 7 } }, error: "Since must be { epoch, seq }." },
  { fields: { since: { epoch: "e", seq: -1 } }, error: "Since must be { epoch, seq }." },
  { fields: { since: { epoch: "e", seq: 1.5 } }, error: "Since must be { epoch, seq }." },
])("[P1] [D11] a hello with $fields is refused: $error", ({ fields, error }) => {
  expect(delivery(fields)).toEqual({ ok: false, error: { code: "bad-frame", error } });
});

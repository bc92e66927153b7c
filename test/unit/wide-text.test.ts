import { expect, test } from "vitest";
import { encodeEvents, encodeMessages } from "../../src/protocol/codec.ts";
import { messageAt } from "../support/log-contract.ts";

const batchOf = (message: string): ReturnType<typeof messageAt>[] =>
  Array.from({ length: 10 }, (_, i) => messageAt(i + 1, { message }));
const isNarrow = (text: string): boolean => !/[\u0100-\uffff]/.test(text);

test.each([
  { what: "few wide units are escaped", message: `${"a".repeat(200)} 🙂`, narrow: true },
  { what: "a text of wide units stays as it is", message: "сообщение", narrow: false },
  { what: "what is not wide stays as it is", message: 'naïve \u0000 "quoted" \\u263a', narrow: true },
])("[P2] [D11] $what, and is read as what it was", ({ message, narrow }) => {
  const messages = batchOf(message);
  const json = encodeMessages(messages);
  expect(isNarrow(json)).toBe(narrow);
  expect(JSON.parse(json)).toEqual(messages);
  expect(JSON.parse(encodeEvents(messages))).toEqual({ first: 1, last: 10, events: messages });
});

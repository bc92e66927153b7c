import { expect, test } from "vitest";
import { encodeMessages } from "../../src/protocol/codec.ts";
import { messageAt } from "../support/log-contract.ts";

const WIDE = "\u0101".repeat(10);
const BARE = JSON.stringify([messageAt(1, { message: WIDE })]).length;

test.each([
  { length: 400, narrow: true },
  { length: 399, narrow: false },
])("[P2] [D11] ten wide units among $length are escaped, four digits each: $narrow", ({ length, narrow }) => {
  const messages = [messageAt(1, { message: WIDE + "a".repeat(length - BARE) })];
  const json = encodeMessages(messages);
  expect(json.includes("\\u0101")).toBe(narrow);
  expect(JSON.parse(json)).toEqual(messages);
});

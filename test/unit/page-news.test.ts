// What is news, and whether it sounds.
import { expect, test } from "vitest";
import { isHeard, newsOf } from "../../src/client/page/news.ts";
import { messageAt } from "../support/log-contract.ts";

const ANN = { name: "Ann", author: "ann", muted: new Map([["mute", "Mute"]]) };
const from = (author: string, message = "hi", seq = 1) => messageAt(seq, { author, message });

test("nobody's own words are news to them, nor are those of somebody whom they muted", () => {
  expect(newsOf([from("ann", "hi, @Ann"), from("mute", "hi, @Ann")], ANN)).toBeNull();
  expect(newsOf([], ANN)).toBeNull();
  expect(newsOf([from("bob", "one", 1), from("bob", "two", 2), from("ann", "me", 3)], ANN)).toEqual({
    newest: from("bob", "two", 2),
    isCall: false,
  });
});

test("classic clients have no author: what they say is news to everybody, also to one who is not let in yet", () => {
  expect(newsOf([from("")], { ...ANN, author: "" })?.newest).toEqual(from(""));
});

const isCall = (...texts: readonly string[]): boolean | undefined =>
  newsOf(
    texts.map((text, i) => from("bob", text, i + 1)),
    ANN,
  )?.isCall;

test("any of several messages may call somebody by their name, and only with @", () => {
  expect(isCall("hey @ann, look", "at this")).toBe(true);
  expect(isCall("Ann", "@annabel", "`@Ann`")).toBe(false);
});

test.each([
  { isCall: false, isLooking: true, sounds: false },
  { isCall: false, isLooking: false, sounds: true },
  { isCall: true, isLooking: true, sounds: true },
  { isCall: true, isLooking: false, sounds: true },
])("a call: $isCall, to who looks: $isLooking, sounds: $sounds", ({ isCall, isLooking, sounds }) => {
  expect(isHeard({ newest: from("bob"), isCall }, isLooking)).toBe(sounds);
});

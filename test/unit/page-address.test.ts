import { describe, expect, test } from "vitest";
import { fragmentOf, parseFragment, parseRoomField } from "../../src/client/page/address.ts";

const ID = "0123456789abcdef".repeat(4);
const room = (name: string, seq: number | null = null): object => ({
  kind: "room",
  room: name,
  isPrivate: name.length === 64,
  seq,
});
const damaged = { kind: "damaged", why: expect.stringMatching(/^[A-Z].*\.$/) as string };

describe("what stands behind the # of an address", () => {
  test.each([
    { fragment: "", is: { kind: "none" } },
    { fragment: "#", is: { kind: "none" } },
    { fragment: "#.", is: { kind: "none" } },
    { fragment: "#garden", is: room("garden") },
    { fragment: "#Rose%20Garden", is: room("rose-garden") },
    { fragment: "#garden/12", is: room("garden", 12) },
    { fragment: `#${ID}`, is: room(ID) },
    { fragment: `#${ID}/7`, is: room(ID, 7) },
    { fragment: `#${ID}.`, is: room(ID) },
    { fragment: `#${ID})`, is: room(ID) },
    { fragment: `#${ID}).”`, is: room(ID) },
    { fragment: `#${ID}?utm=x`, is: room(ID) },
    { fragment: `#${ID}&fbclid=y`, is: room(ID) },
    { fragment: `#${ID.toUpperCase()}`, is: room(ID) },
    { fragment: `#${ID.slice(1)}`, is: damaged },
    { fragment: `#${ID}0`, is: damaged },
    { fragment: `#${ID.slice(0, 30)}`, is: damaged },
    { fragment: `#${ID}z`, is: damaged },
    { fragment: `#${"x".repeat(33)}`, is: damaged },
    { fragment: "#%E0%A4%A", is: damaged },
    { fragment: "#---", is: damaged },
  ])("[C10] $fragment", ({ fragment, is }) => {
    expect(parseFragment(fragment)).toEqual(is);
  });

  test("[C10] what leads to a room or a message is read as that", () => {
    for (const [name, seq] of [
      ["日本", null],
      ["rose-garden", 3],
      [ID, 41],
    ] as const)
      expect(parseFragment(fragmentOf(name, seq))).toEqual(room(name, seq));
  });
});

test("[C10] [D11] nobody waits for a link of a million signs", () => {
  const started = performance.now();
  expect(parseFragment(`#garden${"!".repeat(1_000_000)}x`)).toEqual(room("garden"));
  // Milliseconds; in quadratic time the test would not end.
  expect(performance.now() - started).toBeLessThan(1_000);
});

describe("what is typed or pasted as a room", () => {
  test.each([
    { text: "Rose Garden!", is: room("rose-garden") },
    { text: ` ${ID} `, is: room(ID) },
    { text: `https://chat.example/#${ID}`, is: room(ID) },
    { text: `Come to https://chat.example/#${ID}.`, is: room(ID) },
    { text: "https://chat.example/#garden/9", is: room("garden", 9) },
    { text: "#garden", is: room("garden") },
    { text: ID.slice(0, 40), is: damaged },
    { text: "https://chat.example/", is: damaged },
    { text: "  ", is: { kind: "none" } },
    { text: "!!!", is: damaged },
  ])("[C10] $text", ({ text, is }) => {
    expect(parseRoomField(text)).toEqual(is);
  });
});

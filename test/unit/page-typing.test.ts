// Who is shown as typing, and who is read out.
import { expect, test } from "vitest";
import { gone, heard, readOut, said, shown, type Typist } from "../../src/client/page/typing.ts";
import { messageAt } from "../support/log-contract.ts";

const member = (author: string, name = author, connection = `${author}'s`) => ({ author, name, connection });
const names = (typists: readonly Typist[], now: number, muted = new Map()): unknown =>
  shown(typists, muted, now).typists.map(({ name }) => name);

/** Ann began at 0, Bob at 1,000. */
const TWO = heard(heard([], member("ann"), 0), member("bob"), 1_000);

test("[P20] who types is shown for 5 s after the last word of it, in the order in which they began", () => {
  expect(shown(TWO, new Map(), 1_000)).toEqual({ typists: TWO, until: 5_000 });
  expect(names(TWO, 4_999)).toEqual(["ann", "bob"]);
  expect(shown(TWO, new Map(), 5_000)).toEqual({ typists: TWO.slice(1), until: 6_000 });
  expect(shown(TWO, new Map(), 6_000)).toEqual({ typists: [], until: Infinity });
  const again = heard(TWO, member("ann", "Ann"), 4_000);
  expect(names(again, 5_999)).toEqual(["Ann", "bob"]);
  expect(names(again, 6_000)).toEqual(["Ann"]);
});

test("[P20] what somebody says ends it, and so does that they leave; of the others it stands", () => {
  expect(names(said(TWO, [messageAt(1, { author: "ann" })]), 1_000)).toEqual(["bob"]);
  expect(names(said(TWO, [messageAt(1, { author: "" }), messageAt(2, { author: "cat" })]), 1_000)).toEqual([
    "ann",
    "bob",
  ]);
  expect(names(gone(TWO, [member("bob", "another name", "another one")]), 1_000)).toEqual(["ann"]);
});

test("[P20] somebody with two tabs is one person, and somebody who is muted is nobody", () => {
  const twice = heard(heard([], member("ann", "ann", "c1"), 0), member("ann", "ann", "c2"), 10);
  expect(names(twice, 10)).toEqual(["ann"]);
  expect(names(TWO, 1_000, new Map([["ann", "ann"]]))).toEqual(["bob"]);
});

test("[P20] who begins is read out once a minute, however often they stop; a newcomer at once", () => {
  const [ann] = TWO;
  if (ann === undefined) throw new Error("Nobody types.");
  const first = readOut(new Map(), [ann], 0);
  expect(first.isNew).toBe(true);
  const second = readOut(first.read, [ann], 59_999);
  expect(second.isNew).toBe(false);
  expect(readOut(second.read, [ann], 60_000).isNew).toBe(true);
  const both = readOut(second.read, TWO, 30_000);
  expect(both.isNew).toBe(true);
  expect(readOut(both.read, TWO, 89_999).isNew).toBe(false);
  expect(readOut(both.read, [], 30_000).isNew).toBe(false);
  expect(readOut(both.read, [], 90_000).read.size).toBe(0);
});

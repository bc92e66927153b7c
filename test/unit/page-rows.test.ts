// What stands on the screen, row by row.
import { beforeEach, describe, expect, test } from "vitest";
import { type Onlooker, type Row, rowsOf, sharedNames, tagOf } from "../../src/client/page/rows.ts";
import { Timeline } from "../../src/client/page/timeline.ts";
import type { ChatMessage } from "../../src/protocol/messages.ts";
import { messageAt } from "../support/log-contract.ts";

const NOON = new Date(2026, 10, 28, 12).getTime();
const LOOKING = { isSeen: true, isFollowing: true };
const READING = { isSeen: false, isFollowing: false };
const ANN = { author: "ann-key", name: "Ann", connection: "a" };
const BOB = { author: "bob-key", name: "Bob", connection: "b" };

let timeline: Timeline;
let seq = 0;
const onlooker: Onlooker = { name: "Me", muted: new Map(), isShared: () => false };

beforeEach(() => {
  seq = 0;
  timeline = new Timeline();
  timeline.joined("me", false, 0, 0);
});

function say(who: { author: string; name: string }, message: string, at = NOON + seq * 1_000): ChatMessage {
  seq += 1;
  const { author, name } = who;
  const said = messageAt(seq, { author, name, message, timestamp: at });
  timeline.live([said], LOOKING);
  return said;
}

/** Each row in a word or two. */
const told = (rows: readonly Row[] = rowsOf(timeline, onlooker)): string[] =>
  rows.map((row) => {
    if (row.kind === "message")
      return `${row.isGrouped ? "" : `${row.message.name}: `}${row.message.message}`;
    if (row.kind === "presence") return `+${row.arrived.join("+")} -${row.left.join("-")}`;
    return row.kind === "start" ? `start ${row.isEmpty}` : row.kind;
  });

describe("groups", () => {
  test("messages of one person within five minutes stand under one name", () => {
    say(ANN, "one");
    say(ANN, "two");
    say(BOB, "three");
    say(BOB, "four", NOON + 3_000 + 300_000);
    expect(told()).toEqual(["start false", "day", "Ann: one", "two", "Bob: three", "Bob: four"]);
  });

  test("a name that another person copied begins a group of its own", () => {
    say(ANN, "one");
    say({ ...ANN, author: "another" }, "two");
    expect(told().slice(2)).toEqual(["Ann: one", "Ann: two"]);
  });

  test("a new day, news and notices part a group", () => {
    say(ANN, "one");
    say(ANN, "two", NOON + 86_400_000);
    timeline.presence("arrived", [BOB]);
    say(ANN, "three", NOON + 86_401_000);
    timeline.live([messageAt(4, { ...ANN, message: "four", timestamp: NOON + 86_402_000 })], READING);
    expect(told()).toEqual([
      "start false",
      "day",
      "Ann: one",
      "day",
      "Ann: two",
      "+Bob -",
      "Ann: three",
      "unread",
      "Ann: four",
    ]);
  });
});

describe("notices", () => {
  test("[P9] all that stand at one place are one row, and of each person only the last is told", () => {
    say(ANN, "hello");
    for (let i = 0; i < 10; i++) {
      timeline.presence("left", [BOB]);
      timeline.presence("arrived", [BOB]);
    }
    timeline.presence("left", [{ ...BOB, author: "c", name: "Chidi" }]);
    expect(told().slice(3)).toEqual(["+Bob -Chidi"]);
    say(ANN, "again");
    timeline.presence("left", [BOB]);
    expect(told().slice(3)).toEqual(["+ -Chidi", "Ann: again", "+ -Bob"]);
  });

  test("[P9] somebody who comes is told before their first words; oneself is no news", () => {
    timeline.presence("arrived", [{ ...BOB, author: "me" }]);
    timeline.presence("arrived", [BOB]);
    say(BOB, "hello");
    expect(told()).toEqual(["start false", "+Bob -", "day", "Bob: hello"]);
  });

  test("those at the end are not shown to whoever is not there", () => {
    say(ANN, "one");
    for (let i = 2; i <= 400; i++) timeline.live([messageAt(i, { ...ANN, timestamp: NOON })], READING);
    timeline.presence("arrived", [BOB]);
    expect(told().some((row) => row.startsWith("+"))).toBe(false);
  });
});

describe("where the news begin", () => {
  test("is told once, above the first of them that is shown", () => {
    say(BOB, "one");
    timeline.live(
      [
        messageAt(2, { ...ANN, message: "two", timestamp: NOON }),
        messageAt(3, { ...BOB, message: "three", timestamp: NOON }),
      ],
      READING,
    );
    const rows = rowsOf(timeline, { ...onlooker, muted: new Map([["ann-key", "Ann"]]) });
    expect(told(rows).slice(2)).toEqual(["Bob: one", "unread", "Bob: three"]);
  });

  test("is not told in a window that begins behind it", () => {
    say(BOB, "one");
    timeline.live([messageAt(2, { ...ANN, timestamp: NOON })], READING);
    timeline.live(
      Array.from({ length: 400 }, (_, i) => messageAt(i + 3, { ...ANN, timestamp: NOON })),
      LOOKING,
    );
    expect(told()).not.toContain("unread");
  });
});

describe("who is who", () => {
  test("authors of one name are told apart, however the name is written", () => {
    const isShared = sharedNames([
      ANN,
      BOB,
      ANN,
      { name: "ＡＮＮ ", author: "other" },
      { name: "Zoé", author: "z" },
    ]);
    expect([isShared("Ann"), isShared("ann"), isShared("Bob"), isShared("Zoé")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    say(ANN, "it is me");
    say({ name: "Me", author: "me" }, "mine");
    const rows = rowsOf(timeline, { ...onlooker, isShared });
    expect(rows.slice(2)).toMatchObject([
      { tag: tagOf(ANN.author), isOwn: false },
      { tag: "", isOwn: true },
    ]);
  });

  test("a row is drawn anew when what tells its author apart changes, and not otherwise", () => {
    say(ANN, "one");
    const before = rowsOf(timeline, onlooker).at(-1)?.key;
    say(BOB, "two");
    expect(rowsOf(timeline, onlooker).at(-2)?.key).toBe(before);
    expect(rowsOf(timeline, { ...onlooker, isShared: () => true }).at(-2)?.key).not.toBe(before);
  });

  test("an answer knows what it answers while that is on the screen", () => {
    const asked = say(ANN, "really?");
    say(BOB, `>>${asked.seq} yes`);
    say(BOB, ">>99 what?");
    expect(rowsOf(timeline, onlooker).slice(3)).toMatchObject([
      { parsed: { answers: 1 }, answered: asked },
      { parsed: { answers: 99 }, answered: undefined },
    ]);
  });
});

test("an empty room says so, once it is known to be empty", () => {
  expect(told()).toEqual(["start true"]);
  timeline.joined("me", false, null, 5);
  expect(told()).toEqual([]);
});

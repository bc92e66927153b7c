// The window over the log: what stays on the screen, what is asked for, what counts as new.
import { beforeEach, describe, expect, test } from "vitest";
import { Timeline } from "../../src/client/page/timeline.ts";
import type { ChatMessage } from "../../src/protocol/messages.ts";
import { messageAt } from "../support/log-contract.ts";

const LOOKING = { isSeen: true, isFollowing: true };
const READING = { isSeen: false, isFollowing: false };
const AWAY = { isSeen: false, isFollowing: true };

const range = (first: number, last: number, fields: object = {}): ChatMessage[] =>
  Array.from({ length: last - first + 1 }, (_, i) => messageAt(first + i, { author: "bob", ...fields }));
const seqs = (timeline: Timeline): [number, number, number] => [
  timeline.first,
  timeline.last,
  timeline.messages.length,
];

let timeline: Timeline;
beforeEach(() => {
  timeline = new Timeline();
  timeline.joined("me", false, null, 0);
});

/** The room as it is to somebody who has just joined it. */
function joined(head: number): void {
  timeline.joined("me", false, null, head);
  timeline.live(range(head - 99, head), LOOKING);
}

describe("a bounded window", () => {
  test("[D12] to whoever is at the end, the oldest go; they can be had again by history", () => {
    for (let seq = 1; seq <= 10_000; seq += 10) timeline.live(range(seq, seq + 9), LOOKING);
    expect(timeline.messages.length).toBeLessThanOrEqual(150);
    expect(timeline.last).toBe(10_000);
    expect(timeline.older()).toBe(timeline.first);
  });

  test("[D12] whoever reads further up keeps what is there; what comes at the end is asked for on the way down", () => {
    timeline.live(range(1, 90), LOOKING);
    for (let seq = 91; seq <= 1_000; seq += 1) timeline.live(range(seq, seq), READING);
    expect(seqs(timeline)).toEqual([1, 300, 300]);
    expect(timeline.isAtTail).toBe(false);
    expect(timeline.newer()).toBe(401);
    timeline.page(range(301, 400), true);
    expect(seqs(timeline)).toEqual([101, 400, 300]);
    while (!timeline.isAtTail) {
      const before = timeline.newer() ?? 0;
      timeline.page(range(before - 100, before - 1), true);
    }
    expect(timeline.last).toBe(1_000);
    timeline.live(range(1_001, 1_001), LOOKING);
    expect(timeline.last).toBe(1_001);
  });

  test("[D12] [P5] pages upwards push out what is far below; each message is there once, in order", () => {
    joined(1_000);
    for (let pages = 0; pages < 5; pages++) {
      const before = timeline.older() ?? 0;
      expect(timeline.older(), "one page at a time").toBeNull();
      timeline.page(range(before - 100, before - 1), true);
      const { messages, first } = timeline;
      expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, i) => first + i));
    }
    expect(seqs(timeline)).toEqual([401, 700, 300]);
    expect(timeline.isAtTail).toBe(false);
  });

  test("[P5] the way to the end, and to a message that is not on the screen, is a page of history", () => {
    joined(1_000);
    expect(timeline.place(950)).toBeNull();
    expect(timeline.place(300)).toBe(350);
    expect(timeline.page(range(250, 349), true)).toBe(300);
    expect(seqs(timeline)).toEqual([250, 349, 100]);
    timeline.live(range(1_001, 1_001), READING);
    expect(timeline.last).toBe(349);
    expect(timeline.end()).toBe(1_002);
    timeline.page(range(902, 1_001), true);
    expect(timeline.isAtTail).toBe(true);
    expect(timeline.end()).toBeNull();
    expect(timeline.place(5_000), "what does not exist is not asked for beyond the end").toBe(1_002);
  });

  test("[P15] a page that no longer links to what is shown stands alone", () => {
    joined(1_000);
    timeline.live(range(1_001, 1_300), READING);
    timeline.newer();
    timeline.page(range(1_250, 1_280), false);
    expect(seqs(timeline)).toEqual([1_250, 1_280, 31]);
    expect(timeline.hasOlder).toBe(false);
  });

  test("a page that nobody asked for changes nothing; an empty one ends the way up", () => {
    joined(150);
    expect(timeline.page(range(1, 50), false)).toBeNull();
    expect(timeline.first).toBe(51);
    timeline.older();
    timeline.page([], false);
    expect(timeline.older()).toBeNull();
  });
});

describe("news", () => {
  test("a join brings history, which is not news", () => {
    timeline.joined("me", false, null, 100);
    timeline.live(range(1, 100), READING);
    expect([timeline.unread, timeline.mark]).toEqual([0, null]);
    timeline.live(range(101, 102), READING);
    expect([timeline.unread, timeline.mark]).toEqual([2, 101]);
  });

  test("one's own words are no news, what was seen neither; the mark is where the unseen began", () => {
    timeline.live(range(1, 1), LOOKING);
    timeline.live(range(2, 2, { author: "me" }), READING);
    expect(timeline.unread).toBe(0);
    timeline.live([...range(3, 3, { author: "me" }), ...range(4, 5)], AWAY);
    timeline.live(range(6, 6), AWAY);
    expect([timeline.unread, timeline.mark]).toEqual([3, 4]);
    timeline.seen();
    timeline.live(range(7, 7), READING);
    expect([timeline.unread, timeline.mark]).toEqual([1, 7]);
  });

  test("[D2] what was missed while away is marked where it begins, also to whoever looks when it comes", () => {
    timeline.live(range(1, 5), LOOKING);
    timeline.joined("me", true, 5, 9);
    timeline.live([...range(6, 6, { author: "me" }), ...range(7, 9)], LOOKING);
    expect([timeline.unread, timeline.mark]).toEqual([0, 7]);
    timeline.live(range(10, 10), LOOKING);
    expect(timeline.mark).toBe(7);
  });

  test("[P3] a gap: what comes stands alone, the mark is where the gap begins, and the way up leads through it", () => {
    timeline.live(range(1, 5), LOOKING);
    timeline.joined("me", true, 5, 1_155);
    timeline.gap({ first: 6, last: 155 });
    timeline.live(range(156, 255), LOOKING);
    expect(seqs(timeline)).toEqual([156, 255, 100]);
    expect(timeline.mark).toBe(6);
    expect(timeline.older()).toBe(156);
  });

  test("[P3] a gap below whoever reads further up changes nothing that is read", () => {
    timeline.live(range(1, 5), LOOKING);
    timeline.joined("me", true, 5, 1_155);
    timeline.gap({ first: 6, last: 155 });
    timeline.live(range(156, 255), READING);
    expect(seqs(timeline)).toEqual([1, 5, 5]);
    expect(timeline.newer()).toBe(106);
  });

  test("[P7] a log that begins anew is another one", () => {
    timeline.live(range(1, 5), READING);
    timeline.reset();
    expect([timeline.messages, timeline.unread, timeline.mark, timeline.newest]).toEqual([[], 0, null, 0]);
    expect(timeline.notices).toMatchObject([{ text: "This room was started anew." }]);
    timeline.live(range(1, 1), LOOKING);
    expect(seqs(timeline)).toEqual([1, 1, 1]);
  });
});

import { expect, test } from "vitest";
import { encodeHistory } from "../../src/protocol/codec.ts";
import {
  MAX_CLIENT_TAG_LENGTH,
  MOST_MESSAGE_LENGTH,
  MAX_NAME_LENGTH,
  MAX_PAGE,
  MAX_REPLAY,
} from "../../src/protocol/limits.ts";
import { LEAST_SLOW_READER_BYTES } from "../../src/room/config.ts";
import { Snapshots } from "../../src/room/snapshot.ts";
import { MemoryLog } from "../support/memory-log.ts";

/** JSON writes each unit with six bytes; UTF-8 needs at most three for one that it does not escape. */
const longest = (units: number): string => "\u0001".repeat(units);
const AUTHOR = "a".repeat(22);
const ROSTER_MAX = 1_000;
const bytesOf = (frame: string): number => Buffer.byteLength(frame);

/** A unit that UTF-8 writes with the most bytes of those that JSON writes as they are. */
const WIDE = "\u4e2d";

// The longest messages fill the newest page; of others a replay has as many as MAX_REPLAY_LENGTH allows.
test.each([longest(MOST_MESSAGE_LENGTH), WIDE.repeat(MOST_MESSAGE_LENGTH), WIDE.repeat(470)])(
  "[D10] who comes back to such messages and has the largest snapshot unsent is not slow: it fits under the least bound, with a page of history",
  (message) => {
    const log = new MemoryLog("e".repeat(36));
    const messages = Array.from({ length: MAX_REPLAY }, (_, i) => ({
      seq: i + 1,
      name: longest(MAX_NAME_LENGTH),
      message,
      timestamp: 9_999_999_000_000 + i,
      author: AUTHOR,
      client: longest(MAX_CLIENT_TAG_LENGTH),
      counter: 9_999_999_000 + i,
    }));
    log.append(messages);
    const members = Array.from({ length: ROSTER_MAX }, () => ({
      connection: "c".repeat(36),
      author: AUTHOR,
      name: longest(MAX_NAME_LENGTH),
    }));
    const me = { connection: "c".repeat(36), author: AUTHOR, name: longest(MAX_NAME_LENGTH) };
    const since = { epoch: log.epoch, seq: 0 };
    const arrival = {
      me,
      counter: 0,
      since,
      members: ROSTER_MAX,
      roster: members,
      limits: { message: MOST_MESSAGE_LENGTH, typing: 20 },
    };
    const frames = new Snapshots(log).delivery(arrival, log.head);
    const snapshot = frames.reduce((sum, frame) => sum + bytesOf(frame), 0);
    const backlog = new Snapshots(log).delivery({ ...arrival, since: null }, log.head);
    const first = backlog.reduce((sum, frame) => sum + bytesOf(frame), 0);
    const longestPage = messages
      .slice(-MAX_PAGE)
      .map((one) => ({ ...one, message: longest(MOST_MESSAGE_LENGTH) }));
    const page = encodeHistory({ before: MAX_REPLAY + 1, events: longestPage, more: true });
    console.log(`[D10] the largest snapshot: ${snapshot} bytes, and a page of history ${bytesOf(page)}`);
    expect(snapshot).toBeGreaterThan(1_000_000);
    for (const bytes of [snapshot, first])
      expect(bytes + bytesOf(page)).toBeLessThan(LEAST_SLOW_READER_BYTES);
  },
);

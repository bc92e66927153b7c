// How long frames of a snapshot are kept.
import { expect, test } from "vitest";
import { Snapshots } from "../../src/room/snapshot.ts";
import { messageAt } from "../support/log-contract.ts";
import { MemoryLog } from "../support/memory-log.ts";

const fill = (log: MemoryLog, letter: string): void =>
  log.append(Array.from({ length: 20 }, (_, i) => messageAt(i + 1, { message: `${letter}${i + 1}` })));

const messagesOf = (frames: readonly string[]): string[] =>
  frames.map((frame) => (JSON.parse(frame) as { message: string }).message);

test("[D12] frames of sixteen heads are kept, and the oldest ones give way to a new one", () => {
  const log = new MemoryLog("e");
  fill(log, "m");
  const snapshots = new Snapshots(log);
  const newest = (head: number): string | undefined => messagesOf(snapshots.classic([], head)).at(-1);
  const heads = Array.from({ length: 16 }, (_, i) => i + 1);
  heads.forEach(newest);
  // Another text under the same epoch and floor, as no room has it: it shows what is made anew.
  log.erase("e");
  fill(log, "n");
  expect(heads.map(newest)).toEqual(heads.map((head) => `m${head}`));
  expect([17, 2, 1, 3, 2].map(newest)).toEqual(["n17", "m2", "n1", "m3", "n2"]);
});

test("[D12] frames of 4,194,304 units are kept, and the oldest ones give way to a new one", () => {
  const log = new MemoryLog("e");
  const fillLong = (letter: string): void =>
    log.append(Array.from({ length: 5 }, (_, i) => messageAt(i + 1, { message: letter.repeat(300_000) })));
  fillLong("m");
  const snapshots = new Snapshots(log);
  const letter = (head: number): string | undefined =>
    messagesOf(snapshots.classic([], head)).at(-1)?.slice(0, 1);
  // The fifth finds three million units of the first four, and needs one and a half: the first two have to go.
  expect([1, 2, 3, 4, 5].map(letter)).toEqual(["m", "m", "m", "m", "m"]);
  log.erase("e");
  fillLong("n");
  expect([5, 4, 3].map(letter)).toEqual(["m", "m", "m"]);
  expect(letter(2)).toBe("n");
  expect([4, 5].map(letter)).toEqual(["m", "m"]);
  expect(letter(3)).toBe("n");
});

test("[D12] what retention trimmed is shown to nobody, also where the head is the same", () => {
  const log = new MemoryLog("e");
  fill(log, "m");
  const snapshots = new Snapshots(log);
  expect(snapshots.classic([], 20)).toHaveLength(20);
  log.trim(18, 0);
  expect(messagesOf(snapshots.classic([], 20))).toEqual(["m19", "m20"]);
});

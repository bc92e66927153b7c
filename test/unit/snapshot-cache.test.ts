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

test("[D12] what retention trimmed is shown to nobody, also where the head is the same", () => {
  const log = new MemoryLog("e");
  fill(log, "m");
  const snapshots = new Snapshots(log);
  expect(snapshots.classic([], 20)).toHaveLength(20);
  log.trim(18, 0);
  expect(messagesOf(snapshots.classic([], 20))).toEqual(["m19", "m20"]);
});

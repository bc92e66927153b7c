// How long this machine's disk takes for a commit: what is stored before it is told waits for that, and what is relayed does not.
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { median } from "./statistics.ts";

/** What a message writes: the pages of its row, of its sender's and of its address's, in SQLite's log. */
const PAGES = 3;
const PAGE = Buffer.alloc(4_096, 1);
const COMMITS = 40;
/** As in a quiet room: one commit right after the other takes a third of the time. */
const PAUSE_MS = 50;

/** Milliseconds for an append of three pages and an fsync, in a file of its own in `folder`: the median of forty, in two seconds. */
export async function commitMs(folder: string): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(folder, "commit-"));
  const file = openSync(join(scratch, "log"), "w");
  try {
    const took: number[] = [];
    for (let commit = 0; commit < COMMITS; commit++) {
      await pause(PAUSE_MS);
      const began = performance.now();
      for (let page = 0; page < PAGES; page++) writeSync(file, PAGE);
      fsyncSync(file);
      took.push(performance.now() - began);
    }
    return median(took);
  } finally {
    closeSync(file);
    rmSync(scratch, { recursive: true, force: true });
  }
}

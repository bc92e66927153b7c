// How long this machine's disk takes for a commit: what is stored before it is told waits for that, and what is relayed does not.
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { median } from "./statistics.ts";

/** What a message writes: the pages of its row, of its sender's and of its address's, in SQLite's log. */
const PAGES = 3;
const PAGE = Buffer.alloc(4_096, 1);
const COMMITS = 50;

/** Milliseconds for an append of three pages and an fsync, in a file of its own in `folder`: the median of fifty. */
export function commitMs(folder: string): number {
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(folder, "commit-"));
  const file = openSync(join(scratch, "log"), "w");
  try {
    return median(
      Array.from({ length: COMMITS }, () => {
        const began = performance.now();
        for (let page = 0; page < PAGES; page++) writeSync(file, PAGE);
        fsyncSync(file);
        return performance.now() - began;
      }),
    );
  } finally {
    closeSync(file);
    rmSync(scratch, { recursive: true, force: true });
  }
}

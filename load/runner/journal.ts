// What a run has shown so far, a line a second: progress.jsonl in its folder, until result.json takes its place. An interrupt, a crash or
// a full disk loses at most the last line.
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const JOURNAL = "progress.jsonl";

export const journalIn = (folder: string): string => join(folder, JOURNAL);

export class Journal {
  private readonly path: string;
  private isWritable = true;

  constructor(folder: string, command: string) {
    this.path = journalIn(folder);
    const head = {
      partial:
        "This run has no result: these are its seconds, until it ended or was ended. Counts are since its beginning.",
      command,
      started: new Date().toISOString(),
    };
    this.attempt(() => writeFileSync(this.path, `${JSON.stringify(head)}\n`));
  }

  add(line: object): void {
    if (this.isWritable) this.attempt(() => appendFileSync(this.path, `${JSON.stringify(line)}\n`));
  }

  /** There is a result now. */
  discard(): void {
    rmSync(this.path, { force: true });
  }

  /** A disk that takes no more must not end the run: its result may still be told. */
  private attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.isWritable = false;
      console.error(`${this.path} could not be written (${String(error)}); the run goes on.`);
    }
  }
}

// The judged history of a run as a file that `npm run simulate -- --history` draws: a JSON line an event, as the script logs them.
import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readEvent } from "../lib/witness.ts";

export class HistoryFile {
  private readonly path: string;
  private readonly say: (line: string) => void;
  private state: "empty" | "kept" | "broken" = "empty";

  /** `run` names it beside those of other runs. `say` hears of a disk that does not take it. */
  constructor(folder: string, run: string, say: (line: string) => void) {
    this.path = join(folder, `history-${run}.jsonl`);
    this.say = say;
    rmSync(this.path, { force: true });
  }

  /** Whether a line of the engine's output was for it. */
  hears(text: string): boolean {
    const event = readEvent(text);
    if (event === null) return false;
    if (this.state !== "broken") this.keep(event);
    return true;
  }

  /** How to look at it, as a sentence; none where nothing was logged. */
  get notes(): readonly string[] {
    return this.state === "kept"
      ? [`The judged history is kept; npm run simulate -- --history "${this.path}" draws it.`]
      : [];
  }

  /** A disk that takes no more must not end the run. */
  private keep(event: string): void {
    try {
      appendFileSync(this.path, `${event}\n`);
      this.state = "kept";
    } catch (error) {
      this.state = "broken";
      this.say(`The judged history could not be kept (${String(error)}); the run goes on.`);
    }
  }
}

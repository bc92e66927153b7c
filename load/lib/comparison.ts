// One member's transcript, held against those that senders tell with their last words: counts who was compared, and who heard otherwise.
import type { LogOptions } from "./member-log.ts";
import type { Stamp } from "./stamps.ts";
import { Transcript } from "./transcript.ts";

export class Comparison {
  readonly transcript = new Transcript();
  private readonly options: Pick<LogOptions, "recorder" | "fromStart">;
  private isCompared = false;
  private isOther = false;

  constructor(options: Pick<LogOptions, "recorder" | "fromStart">) {
    this.options = options;
    if (!options.fromStart) this.transcript.tear();
  }

  /** A sender said its last words, when it had heard all there was. */
  compare({ digest: heard }: Stamp): void {
    const { digest } = this.transcript;
    const { counts } = this.options.recorder;
    if (heard === undefined || digest === null) return;
    if (!this.isCompared) counts.compared += 1;
    this.isCompared = true;
    if (digest === heard || this.isOther) return;
    this.isOther = true;
    counts.diverged += 1;
  }
}

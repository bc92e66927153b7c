// Virtual time: what is due happens in order of its instant, then of its asking. Nothing waits, nothing is random.
import type { Trace } from "../timeline/trace.ts";

/** What a task is, for who chooses what happens next (test/explore); the others do not look. */
export interface What {
  /** What it comes in order with; null for a timer, which rings when its time is over. */
  readonly channel: string | null;
  readonly text: Text;
  /** Whether nothing comes of it any more. */
  readonly isVoid?: () => boolean;
}

/** In words; made when somebody asks. */
export type Text = string | (() => string);

interface Task {
  readonly at: number;
  readonly run: () => void;
}

export class Scheduler {
  /** Milliseconds; begins late enough that clocks may jump back. */
  now = 1_000_000_000;
  /** How many things have happened. */
  steps = 0;
  /** Where somebody wants a picture: what happens is written down here. */
  trace: Trace | null = null;
  /** Called after each thing that happened, and before time passes. */
  observe: (() => void) | null = null;
  /** Soonest last. */
  private readonly tasks: Task[] = [];

  /** Runs something in `ms` milliseconds; returns what cancels it. */
  after(ms: number, run: () => void, _what?: What): () => void {
    const task = { at: this.now + ms, run };
    const place = this.tasks.findLastIndex(({ at }) => at > task.at) + 1;
    this.tasks.splice(place, 0, task);
    return () => {
      const index = this.tasks.indexOf(task);
      if (index >= 0) this.tasks.splice(index, 1);
    };
  }

  /** Lets time pass. */
  advance(ms: number): void {
    const until = this.now + ms;
    for (let task = this.tasks.at(-1); task !== undefined && task.at <= until; task = this.tasks.at(-1)) {
      this.tasks.pop();
      this.now = task.at;
      this.steps += 1;
      task.run();
      this.observe?.();
    }
    this.now = until;
  }
}

// Virtual time: what is due happens in order of its instant, then of its asking. Nothing waits, nothing is random.
import type { Trace } from "../timeline/trace.ts";

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
  after(ms: number, run: () => void): () => void {
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

// The simulation's scheduler for who chooses: what may happen next is listed, and nothing happens by itself.
import { Scheduler, type What } from "../simulation/scheduler.ts";

/** Something that may happen. */
export interface Pending extends What {
  readonly at: number;
  readonly run: () => void;
}

export class ChoiceScheduler extends Scheduler {
  private pending: Pending[] = [];
  /** Which timers ring in this scope; time does not come to the others. */
  private readonly rings: RegExp;

  constructor(rings: RegExp) {
    super();
    this.rings = rings;
  }

  override after(ms: number, run: () => void, what: What = { channel: null, text: "unnamed" }): () => void {
    const { channel, text, isVoid } = what;
    const task: Pending = { at: this.now + ms, run, channel, text, ...(isVoid && { isVoid }) };
    this.pending.push(task);
    return () => {
      const index = this.pending.indexOf(task);
      if (index >= 0) this.pending.splice(index, 1);
    };
  }

  /**
   * What is under way, oldest first. It takes as long as it likes: a frame may overtake any other that is not on the same
   * channel, and time passes only when it is chosen.
   */
  get flows(): readonly Pending[] {
    return this.pending.filter(({ channel, isVoid }) => channel !== null && isVoid?.() !== true);
  }

  /** Of each channel the oldest. */
  get heads(): readonly Pending[] {
    const { flows } = this;
    if (flows.length < 2) return flows;
    const seen = new Set<string | null>();
    return flows.filter(({ channel }) => !seen.has(channel) && seen.add(channel));
  }

  /** All timers that ring in this scope. */
  get timers(): readonly Pending[] {
    return this.pending.filter(
      ({ channel, text, isVoid }) => channel === null && this.rings.test(textOf(text)) && isVoid?.() !== true,
    );
  }

  /** Those that ring first; several at one instant ring in any order. */
  get nextTimers(): readonly Pending[] {
    const { timers } = this;
    const first = Math.max(this.now, Math.min(...timers.map(({ at }) => at)));
    return timers.filter(({ at }) => at <= first);
  }

  /** It happens. Time goes on to a timer's instant. */
  run(task: Pending): void {
    this.drop(task);
    if (task.channel === null) this.now = Math.max(this.now, task.at);
    this.steps += 1;
    task.run();
  }

  /** It never happens. */
  drop(task: Pending): void {
    this.pending.splice(this.pending.indexOf(task), 1);
  }
}

export const textOf = (text: What["text"]): string => (typeof text === "string" ? text : text());

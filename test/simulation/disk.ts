// What survives of an object: all writes of one turn commit together, later; a commit may fail, a crash loses what is not committed.

/** What an object keeps. A clone shares nothing that changes. */
export interface Stored<State> {
  clone(): State;
}

export type Write<State> = (state: State) => void;

/**
 * "write": the statement throws. "commit": it is taken, and the commit fails. "start": the constructor throws. "sync": what waits for
 * all commits waits until the object dies.
 */
export type DiskFault = "write" | "commit" | "start" | "sync";

export class Disk<State extends Stored<State>> {
  /** Milliseconds that a commit takes. */
  latency = 1;
  /** What befalls the next write. */
  fault: DiskFault | null = null;
  private committed: State | null = null;

  /** The state as an object that starts finds it: a copy, whose changes are not yet committed. Null on a new disk. */
  read(): State | null {
    return this.committed?.clone() ?? null;
  }

  /** `fresh` is what a new disk holds before these writes. */
  commit(writes: readonly Write<State>[], fresh: State): void {
    this.committed ??= fresh.clone();
    for (const write of writes) write(this.committed);
  }

  /** Takes the fault if it is of this kind. */
  strikes(fault: DiskFault): boolean {
    if (this.fault !== fault) return false;
    this.fault = null;
    return true;
  }
}

// What survives of a room: all writes of one turn commit together, later; a commit may fail, a crash loses what is not committed.
import { MemoryLog } from "../support/memory-log.ts";

export type Write = (log: MemoryLog) => void;

/** "write": the statement throws. "commit": it is taken, and the commit fails. */
export type DiskFault = "write" | "commit";

export class Disk {
  /** Milliseconds that a commit takes. */
  latency = 1;
  /** What befalls the next write. */
  fault: DiskFault | null = null;
  private committed: MemoryLog | null = null;

  /** The log as an object that starts finds it: a copy, whose changes are not yet committed. Null on a new disk. */
  read(): MemoryLog | null {
    return this.committed?.clone() ?? null;
  }

  commit(writes: readonly Write[], fresh: () => MemoryLog): void {
    this.committed ??= fresh();
    for (const write of writes) write(this.committed);
  }

  /** Takes the fault if it is of this kind. */
  strikes(fault: DiskFault): boolean {
    if (this.fault !== fault) return false;
    this.fault = null;
    return true;
  }
}

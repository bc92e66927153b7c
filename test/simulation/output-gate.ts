// One instance of an object between its memory and its disk: transactions, and the output gate. Ends with the instance.
import type { Disk, Stored, Write } from "./disk.ts";
import type { Scheduler, Text } from "./scheduler.ts";

export interface GatePorts<State extends Stored<State>> {
  /** Of the instance. */
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly disk: Disk<State>;
  /** Whose disk it is, for pictures. */
  readonly owner?: string;
  /** What a new disk holds. */
  readonly fresh: () => State;
  readonly onCommitted: () => void;
  /** A commit failed: the object starts again from what is on the disk. */
  readonly onFailed: () => void;
}

/** The disk of an object, as pictures name it. */
export const diskName = (object: string): string => `disk of ${object}`;

/** Thrown by a write that the disk does not take. */
export const REFUSED = new Error("The disk is full.");

export class OutputGate<State extends Stored<State>> {
  /** As this instance sees it: with what it wrote, committed or not. */
  readonly state: State;
  isDead = false;
  private readonly ports: GatePorts<State>;
  private readonly origin: State;
  /** What waits for the commit of the transaction with this number: frames, closes, calls, answers. */
  private readonly held: { readonly behind: number; readonly run: () => void; readonly text: Text }[] = [];
  /** Writes of this turn of the event loop, not yet a transaction. */
  private writes: Write<State>[] = [];
  /** What is not committed, oldest first. */
  private readonly transactions: (readonly Write<State>[])[] = [];
  private written = 0;
  private committed = 0;
  private commitsAt = 0;

  constructor(ports: GatePorts<State>) {
    const stored = ports.disk.read();
    this.ports = ports;
    this.state = stored ?? ports.fresh();
    this.origin = this.state.clone();
    // What a new disk holds is written too: nobody may hear of an epoch that a crash could take back.
    if (stored === null) this.writes.push(() => {});
  }

  /** Whether nothing waits for the disk. */
  get isIdle(): boolean {
    return this.writes.length === 0 && this.committed === this.written;
  }

  /** Throws REFUSED where the disk does not take it. */
  write(write: Write<State>): void {
    if (this.ports.disk.strikes("write")) {
      this.note("refused", "refuses a write");
      throw REFUSED;
    }
    write(this.state);
    this.writes.push(write);
  }

  /** What leaves the object waits for the writes made before it, and nothing overtakes. */
  out(run: () => void, text: Text): void {
    const behind = this.written + (this.writes.length > 0 ? 1 : 0);
    if (behind <= this.committed) run();
    else this.held.push({ behind, run, text });
  }

  /** All writes of the turn become one transaction, which commits later; transactions keep their order. */
  endTurn(): void {
    if (this.writes.length === 0) return;
    const { writes } = this;
    this.writes = [];
    this.transactions.push(writes);
    const number = ++this.written;
    const { name, scheduler, disk } = this.ports;
    this.commitsAt = Math.max(this.commitsAt, scheduler.now + disk.latency);
    const since = scheduler.now;
    const isVoid = (): boolean => this.isDead;
    const what = { channel: `commit of ${name}`, text: "", isVoid };
    scheduler.after(this.commitsAt - since, () => this.commit(writes, number, since), what);
  }

  private note(kind: "commit" | "refused", text: string, since?: number): void {
    const { scheduler, owner = "object" } = this.ports;
    scheduler.trace?.mark(diskName(owner), kind, text, since === undefined ? {} : { since });
  }

  private commit(writes: readonly Write<State>[], number: number, since: number): void {
    const { disk, onCommitted, onFailed } = this.ports;
    if (this.isDead) return this.note("refused", "what was written is lost", since);
    if (disk.strikes("commit")) {
      this.note("refused", "the commit fails", since);
      return onFailed();
    }
    this.note("commit", "commits", since);
    disk.commit(writes, this.origin);
    this.transactions.shift();
    this.committed = number;
    while (this.held[0] !== undefined && this.held[0].behind <= number) this.held.shift()?.run();
    onCommitted();
  }
}

// A VU as the main thread sees it: a worker thread that runs one thing at a time.
import type { Worker } from "node:worker_threads";
import { Failure } from "../../tools/command.ts";
import { startThread } from "../../tools/thread.ts";
import { EXIT } from "./exit.ts";
import type { GroupCounts } from "./groups.ts";
import type { Declared, FromVu, Outcome, ThreadData, ToVu } from "./messages.ts";
import type { SeriesBatch } from "./samples.ts";

/** What any VU may tell at any time. */
export interface ThreadEvents {
  samples(thread: number, batch: SeriesBatch): void;
  groups(counts: GroupCounts): void;
  abort(reason: string): void;
  fail(reason: string): void;
}

const WORKER = new URL("worker.ts", import.meta.url);
/** A script that does not come back to its event loop, in `sleep()` or a long loop, is ended. */
const INTERRUPT_GRACE_MS = 2_000;
let lastThread = 0;

export class VuThread {
  readonly ids: ThreadData["vu"];
  readonly ready: Promise<Declared>;
  private readonly worker: Worker;
  private readonly number: number;
  private settle: ((outcome: Outcome) => void) | null = null;
  private ending: NodeJS.Timeout | null = null;

  constructor(data: ThreadData, events: ThreadEvents) {
    this.ids = data.vu;
    lastThread += 1;
    this.number = lastThread;
    this.worker = startThread(WORKER, { workerData: data, stdout: false, stderr: false });
    this.ready = new Promise((resolve, reject) => {
      const failed = (error: string): void => reject(new Failure(error, EXIT.exception));
      this.worker.on("message", (message: FromVu) => {
        if (message.kind === "ready") resolve(message);
        else if (message.kind === "init-failed") failed(message.error);
        else this.receive(message, events);
      });
      this.worker.on("error", (error) => {
        failed(String(error));
        this.over("failed", String(error));
      });
      this.worker.on("exit", () => this.over("interrupted", ""));
    });
    // Whoever needs it ready says so; the others must not die of it.
    this.ready.catch(() => {});
  }

  get isBusy(): boolean {
    return this.settle !== null;
  }

  /** Runs one part or iteration to its end. */
  run(message: ToVu): Promise<Outcome> {
    return new Promise((resolve) => {
      this.settle = resolve;
      this.worker.postMessage(message);
    });
  }

  /** Cuts off what runs; its sockets and timers end. */
  interrupt(): void {
    if (!this.isBusy || this.ending !== null) return;
    this.worker.postMessage({ kind: "interrupt" } satisfies ToVu);
    this.ending = setTimeout(() => void this.worker.terminate(), INTERRUPT_GRACE_MS);
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private receive(message: FromVu, events: ThreadEvents): void {
    if (message.kind === "samples") {
      for (const batch of message.batches) events.samples(this.number, batch);
      if (message.groups !== undefined) events.groups(message.groups);
    } else if (message.kind === "ended") this.over(message.outcome, message.error, message);
    else if (message.kind === "log") process.stderr.write(`${message.line}\n`);
    else if (message.kind === "fail") events.fail(message.reason);
    else if (message.kind === "abort") {
      void this.worker.terminate();
      events.abort(message.reason);
    }
  }

  private over(outcome: Outcome["outcome"], error: string, said: Outcome | null = null): void {
    if (this.ending !== null) clearTimeout(this.ending);
    this.ending = null;
    const { settle } = this;
    this.settle = null;
    settle?.(said ?? { kind: "ended", outcome, error, value: undefined, durationMs: 0 });
  }
}

// Threads that expand states; which of them does it makes no difference.
import type { Worker } from "node:worker_threads";
import { startThread } from "../../tools/thread.ts";
import type { Mutant } from "../mutants/mutants.ts";
import type { Path, Run, Successor } from "./expand.ts";

/** What a thread is told when it begins. */
export interface Task {
  readonly mutant: Mutant | null;
}

/** What it is asked. */
export type Question = { readonly scope: string } & (
  | { readonly type: "start" }
  | { readonly type: "expand"; readonly paths: readonly Path[]; readonly leaps: boolean }
  | { readonly type: "tell"; readonly path: Path }
);

type Answer = readonly (readonly Run[])[];

const CHUNK = 64;

export class Pool {
  private readonly workers: readonly Worker[];

  constructor(task: Task, threads: number) {
    const entry = new URL("./worker.ts", import.meta.url);
    this.workers = Array.from({ length: threads }, () => startThread(entry, { workerData: task }));
  }

  /** The start of the scope. Rejects where the scope cannot even begin. */
  async start(scope: string): Promise<Successor> {
    return (await ask(this.workers[0], { scope, type: "start" })) as Successor;
  }

  async expand(scope: string, paths: readonly Path[], leaps: boolean): Promise<Answer> {
    const answers: Answer[] = [];
    let next = 0;
    const work = async (worker: Worker): Promise<void> => {
      for (let chunk = next++; chunk * CHUNK < paths.length; chunk = next++) {
        const some = paths.slice(chunk * CHUNK, (chunk + 1) * CHUNK);
        answers[chunk] = (await ask(worker, { scope, type: "expand", paths: some, leaps })) as Answer;
      }
    };
    await Promise.all(this.workers.map(work));
    return answers.flat();
  }

  /** A path in words, a line a step. */
  async tell(scope: string, path: Path): Promise<readonly string[]> {
    return (await ask(this.workers[0], { scope, type: "tell", path })) as readonly string[];
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

function ask(worker: Worker | undefined, question: Question): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      worker?.off("message", onMessage);
      worker?.off("error", onError);
      act();
    };
    const onMessage = (answer: unknown): void => settle(() => resolve(answer));
    const onError = (error: Error): void => settle(() => reject(error));
    worker?.on("message", onMessage);
    worker?.on("error", onError);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker?.postMessage(question);
  });
}

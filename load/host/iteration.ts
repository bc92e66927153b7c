// One run of a script's function with all that it leaves running: sockets and timers hold it open [K31], an exception ends it [K20].

/** What an iteration ends when it is cut off: a socket or a timer. */
export interface Held {
  destroy(): void;
}

export interface Ended {
  readonly outcome: "done" | "failed" | "interrupted";
  readonly error: unknown;
  readonly value: unknown;
}

export class Iteration {
  readonly ended: Promise<Ended>;
  private readonly settle: (ended: Ended) => void;
  private readonly held = new Set<Held>();
  private hasReturned = false;
  private value: unknown = undefined;
  private isOver = false;

  constructor() {
    const { promise, resolve } = deferred<Ended>();
    this.ended = promise;
    this.settle = resolve;
  }

  /** Calls the script's function; its promise counts as running. */
  start(main: () => unknown): void {
    this.call(() => {
      Promise.resolve(main()).then(
        (value) => {
          this.hasReturned = true;
          this.value = value;
          this.check();
        },
        (error: unknown) => this.stop("failed", error),
      );
    });
  }

  hold(held: Held): void {
    this.held.add(held);
  }

  release(held: Held): void {
    this.held.delete(held);
    this.check();
  }

  /** Calls back into the script, unless the iteration is over. */
  call<T>(callback: (value?: T) => void, value?: T): void {
    if (this.isOver) return;
    try {
      callback(value);
    } catch (error) {
      this.stop("failed", error);
    }
  }

  stop(outcome: Ended["outcome"], error: unknown = null): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const held of this.held) held.destroy();
    this.held.clear();
    this.settle({ outcome, error, value: this.value });
  }

  private check(): void {
    if (this.hasReturned && this.held.size === 0) this.stop("done");
  }
}

// `Promise.withResolvers` is not there: the world lacks what k6 lacks.
function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let settle: ((value: T) => void) | null = null;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: (value) => settle?.(value) };
}

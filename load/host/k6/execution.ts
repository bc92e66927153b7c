// `k6/execution`, as far as scripts use it; anything else says so instead of being undefined.
import { vu } from "../vu.ts";

// Captured: the world that scripts see has neither.
const { wait } = Atomics;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** A part of the module whose other properties are refused. */
function only<T extends object>(name: string, part: T): T {
  return new Proxy(part, {
    get(target, key): unknown {
      if (typeof key === "symbol" || key in target || key === "toJSON" || key === "then") {
        return Reflect.get(target, key);
      }
      throw new Error(`k6/execution's ${name}.${key} is not supported by the host; run it with k6.`);
    },
  });
}

function inScenario(): NonNullable<typeof vu.info> {
  if (vu.info === null)
    throw new Error("getting scenario information outside of the VU context is not supported");
  return vu.info;
}

function inVu(): typeof vu {
  if (vu.iteration === null) throw new Error("getting VU information in the init context is not supported");
  return vu;
}

export const scenario = only("scenario", {
  get name(): string {
    return inScenario().scenario.name;
  },
  get executor(): string {
    return inScenario().scenario.executor;
  },
  get startTime(): number {
    return inScenario().scenario.startTime;
  },
  get iterationInInstance(): number {
    return inScenario().inInstance;
  },
  get iterationInTest(): number {
    return inScenario().inTest;
  },
});

export const instance = only("instance", {
  /** [K5] [K14] Milliseconds since the test began, with a fraction. */
  get currentTestRunDuration(): number {
    return vu.testStart === 0 ? 0 : vu.clock() - vu.testStart;
  },
});

export const test = only("test", {
  /** [K34] Ends the whole run with exit code 108; nothing of this VU runs after it, no `finally` either. */
  abort(reason = "test aborted"): never {
    return stopHere(reason);
  },
  /** [K34] The run goes on, and ends with exit code 110. */
  fail(reason = "test failed"): void {
    inVu().tell({ kind: "fail", reason });
  },
  get options(): unknown {
    return vu.options?.exported;
  },
});

function stopHere(reason: string): never {
  vu.tell({ kind: "samples", batches: vu.samples.take() });
  vu.tell({ kind: "abort", reason });
  // An interrupt that no `catch` catches: the thread sleeps until the main thread ends it.
  wait(sleeper, 0, 0);
  throw new Error(reason);
}

const vuPart = only("vu", {
  get idInInstance(): number {
    return inVu().ids.idInInstance;
  },
  get idInTest(): number {
    return inVu().ids.idInTest;
  },
  get iterationInInstance(): number {
    return inVu().iterationsDone;
  },
  get iterationInScenario(): number {
    return inVu().iterationsOf.get(inScenario().scenario.name) ?? 0;
  },
});
export { vuPart as vu };

// `k6` itself, as far as scripts use it.
import { BUILTIN } from "../builtin.ts";
import { current, tagsOf, vu } from "../vu.ts";

// Captured: the world that scripts see has neither.
const { wait } = Atomics;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Blocks the whole VU, its sockets too, as k6's does. */
export function sleep(seconds: number): void {
  current("sleep()");
  wait(sleeper, 0, 0, Math.max(0, seconds * 1_000));
}

export function check(
  value: unknown,
  checks: Record<string, unknown>,
  tags: Record<string, string> = {},
): boolean {
  current("check()");
  let isGood = true;
  for (const [name, test] of Object.entries(checks)) {
    const passes = Boolean(typeof test === "function" ? (test as (value: unknown) => unknown)(value) : test);
    vu.samples.of(BUILTIN.checks, tagsOf({ check: name }, tags)).add(passes ? 1 : 0);
    vu.groups.check(vu.group, name, passes);
    isGood &&= passes;
  }
  return isGood;
}

/** Throws, and so ends the iteration, not the run. */
export function fail(reason = ""): never {
  current("fail()");
  throw new Error(reason);
}

export function group<T>(name: string, body: () => T): T {
  current("group()");
  const before = vu.group;
  vu.group = `${before}::${name}`;
  vu.groups.open(vu.group);
  const began = vu.clock();
  try {
    return body();
  } finally {
    vu.samples.of(BUILTIN.groupDuration, tagsOf({})).add(vu.clock() - began);
    vu.group = before;
  }
}

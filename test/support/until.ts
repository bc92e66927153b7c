// Waits for what has to come, and says what did not.

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Waits until `done`; after `ms` it throws an Error with what `describe` then says. */
export async function until(done: () => boolean, describe: () => string, ms = 20_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!done()) {
    if (performance.now() > deadline) throw new Error(`Not within ${ms / 1_000} s: ${describe()}`);
    await pause(5);
  }
}

// Waiting, in terms of k6's timers.
import { clearInterval, setInterval, setTimeout } from "k6/timers";

const CHECK_MS = 20;

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.max(1, ms));
  });

/** Waits until `test` holds, for at most `ms`. Whether it did. */
export function until(test: () => boolean, ms: number): Promise<boolean> {
  if (test()) return Promise.resolve(true);
  let left = Math.ceil(ms / CHECK_MS);
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      left -= 1;
      const holds = test();
      if (!holds && left > 0) return;
      clearInterval(timer);
      resolve(holds);
    }, CHECK_MS);
  });
}

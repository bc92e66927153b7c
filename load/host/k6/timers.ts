// `k6/timers`, and the timers of the global scope. Ids are numbers; each timer holds its iteration open [K31].
import { clearTimeout as clearNode, setTimeout as setNode } from "node:timers";
import { current } from "../vu.ts";

type Callback = (...args: unknown[]) => void;

const clearers = new Map<number, () => void>();
let lastId = 0;

export const setTimeout = (callback: Callback, delay?: number, ...args: unknown[]): number =>
  arm("setTimeout", callback, delay, args, false);

/** [K30] Re-armed after its callback: a slow callback pushes all later ones back. */
export const setInterval = (callback: Callback, delay?: number, ...args: unknown[]): number =>
  arm("setInterval", callback, delay, args, true);

export const clearTimeout = (id?: number): void => clearers.get(id ?? 0)?.();
export const clearInterval = clearTimeout;

function arm(
  what: string,
  callback: Callback,
  delay: number | undefined,
  args: unknown[],
  repeats: boolean,
): number {
  if (typeof callback !== "function") throw new TypeError(`${what}'s callback isn't a callable function`);
  const iteration = current(what);
  lastId += 1;
  const id = lastId;
  let timer: NodeJS.Timeout | null = null;
  const held = {
    destroy: (): void => {
      if (timer !== null) clearNode(timer);
      clearers.delete(id);
    },
  };
  const clear = (): void => {
    held.destroy();
    iteration.release(held);
  };
  const schedule = (): void => {
    timer = setNode(
      () => {
        // Released after its callback: what the callback starts has to keep the iteration open.
        iteration.call(() => callback(...args));
        if (repeats && clearers.has(id)) schedule();
        else clear();
      },
      Math.max(0, delay ?? 0),
    );
  };
  iteration.hold(held);
  clearers.set(id, clear);
  schedule();
  return id;
}

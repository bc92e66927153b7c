// One object asks another, and does not wait for ever.
import { CALL_MS } from "./budget.ts";

/** The answer, or null when the call failed or took longer than CALL_MS: an object that is down, or is none, is no hang (L9). */
export function inTime<T>(call: () => Promise<T>): Promise<T | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), CALL_MS);
    const settle = (value: T | null): void => {
      clearTimeout(timer);
      resolve(value);
    };
    // To call an object by an id that is none fails at once.
    new Promise<T>((answer) => answer(call())).then(settle, () => settle(null));
  });
}

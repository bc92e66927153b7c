// Numbers of a command line: in as text, out as a number within bounds.
import { Failure } from "./command.ts";

/** An option's whole number. Throws a Failure (exit code 2) that says what it takes. */
export function wholeOf(option: string, given: unknown, least: number, most: number): number {
  const number = /^\d{1,15}$/.test(String(given)) ? Number(given) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Failure(`${option} takes a whole number from ${least} to ${most}.`, 2);
}

/** An option's number, with a fraction or without. Throws a Failure (exit code 2) that says what it takes. */
export function numberOf(option: string, given: unknown, least: number, most: number): number {
  const number = /^\d{1,15}(\.\d{1,9})?$/.test(String(given)) ? Number(given) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Failure(`${option} takes a number from ${least} to ${most}.`, 2);
}

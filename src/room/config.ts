// What an operator may set (`vars` in wrangler.toml), read once and refused with a sentence where it makes no sense.
import { MAX_CLASSIC_MESSAGE_LENGTH, MOST_MESSAGE_LENGTH } from "../protocol/limits.ts";
import type { Rates } from "../rate-limit/budget.ts";

export interface RoomConfig {
  readonly maxSockets: number;
  readonly maxSocketsPerIdentity: number;
  readonly joinDeadlineMs: number;
  readonly silenceMs: number;
  readonly historyMaxRows: number;
  readonly historyMaxAgeMs: number;
  readonly rosterMax: number;
  readonly slowReaderBytes: number;
  /** Units in a message of a delivery client. */
  readonly maxMessageLength: number;
  readonly rates: Rates;
}

/**
 * A member that just came back may have a whole snapshot unsent, and is not slow: the bound stands above the largest
 * one ([D10] in snapshot.test.ts measures it).
 */
export const LEAST_SLOW_READER_BYTES = 4_194_304;

/** A day: nobody waits longer for one more action, and a client's timer takes no wait beyond 2^31 ms. */
const LONGEST_PERIOD_MS = 86_400_000;

/** Reads the vars. Throws an Error that names the first one which is missing or out of range. */
export function readConfig(vars: Readonly<Record<string, unknown>>): RoomConfig {
  const read = (name: string, least: number, most: number): number => {
    const value = Number(vars[name]);
    if (vars[name] !== "" && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw new Error(`Set the var ${name} in wrangler.toml to a whole number from ${least} to ${most}.`);
  };
  const maxSocketsPerIdentity = read("MAX_SOCKETS_PER_IDENTITY", 1, 32_000);
  const periodMs = read("RATE_PERIOD_MS", 1, LONGEST_PERIOD_MS);
  return {
    maxSockets: read("MAX_SOCKETS_PER_ROOM", 1, 32_000),
    maxSocketsPerIdentity,
    joinDeadlineMs: read("JOIN_DEADLINE_MS", 100, 3_600_000),
    silenceMs: read("SILENCE_MS", 1_000, 86_400_000),
    historyMaxRows: read("HISTORY_MAX_ROWS", 100, 10_000_000),
    historyMaxAgeMs: read("HISTORY_MAX_AGE_MS", 60_000, 315_360_000_000),
    rosterMax: read("ROSTER_MAX", 0, 1_000),
    slowReaderBytes: read("SLOW_READER_BYTES", LEAST_SLOW_READER_BYTES, 67_108_864),
    maxMessageLength: read("MAX_MESSAGE_LENGTH", MAX_CLASSIC_MESSAGE_LENGTH, MOST_MESSAGE_LENGTH),
    rates: {
      message: { periodMs, burst: read("RATE_BURST", 1, 1_000_000) },
      // Everybody behind an address may come back at once, as after a redeploy.
      join: { periodMs, burst: maxSocketsPerIdentity },
    },
  };
}

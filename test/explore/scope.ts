// What is explored whole: who is there, what they do, and how much may go wrong. The scopes are in scopes/, a file each.
import type { Policy } from "../../src/rate-limit/gcra.ts";
import type { Notice } from "../simulation/wire.ts";

export interface ScopePerson {
  readonly room: number;
  readonly address: "A" | "B";
  readonly protocol: "classic" | "delivery";
  /** Joined before the exploration begins; the others come when they are chosen to. */
  readonly isHere: boolean;
  /** Messages that they say, whenever they are chosen to. */
  readonly says: number;
  /** Whether they may go. */
  readonly leaves?: boolean;
}

/** How often each may happen. What is not named does not. */
export interface Faults {
  /** A room dies, between any two steps: before a commit, and after it. */
  readonly crash?: number;
  /** A limiter dies. */
  readonly limiterCrash?: number;
  /** A room goes to sleep when it is idle. */
  readonly evict?: number;
  /** A commit fails. */
  readonly commit?: number;
  /** The same for a limiter's. */
  readonly limiterCommit?: number;
  /** A request, or an answer, between two objects is lost; or comes twice, the second time whenever it likes. */
  readonly lose?: number;
  readonly double?: number;
  readonly cut?: number;
  /** Somebody's newest message frame is sent again. */
  readonly repeat?: number;
  /** Time passes although something is under way. */
  readonly late?: number;
}

export interface Scope {
  readonly name: string;
  /** A sentence. */
  readonly what: string;
  readonly people: readonly ScopePerson[];
  readonly rooms: number;
  /**
   * What has happened before the exploration begins: steps, each by how its words begin. ARRIVED: all that is under way then has
   * arrived, and no time has passed. RESTED: all came to rest.
   */
  readonly before?: readonly string[];
  readonly faults: Faults;
  /** How a cut may be noticed. */
  readonly notices: readonly Notice[];
  readonly rate: Policy;
  readonly rosterMax: number;
  readonly slowReaderBytes: number;
  /** Timers that ring, by name. */
  readonly rings: RegExp;
  /** Interesting states: each has to be reached, or nothing was shown. */
  readonly reaches: readonly string[];
  /** Every order is tried, also where one is as good as all. */
  readonly isUnreduced?: true;
}

/** A scope that is too large to be explored whole. */
export interface LongScope extends Scope {
  /** What is less in the short version, which `npm test` explores whole in seconds. */
  readonly short: Partial<Scope>;
}

export const ARRIVED = "all has arrived";
export const RESTED = "all has come to rest";

/** The short version of a scope. */
export const shortOf = (scope: LongScope): Scope => ({
  ...scope,
  ...scope.short,
  name: `${scope.name} short`,
});

/** Flushes, calls without an answer, who comes back, and TCP that gives up. Not alarms, pings and what waits for pongs. */
export const SOON = /^(flush|no answer|reconnect|resend|retry|TCP)/;
/** Nobody is ever refused. */
export const AMPLE: Policy = { periodMs: 1_000, burst: 20 };

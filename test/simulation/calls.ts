// How rooms and limiters call each other: a request or its answer takes time, and may be lost, late, doubled or overtaken.
import { CALL_MS, type Debts, type Grant, type Yielded } from "../../src/rate-limit/budget.ts";
import type { Scheduler } from "./scheduler.ts";

export const LEGS = [
  "take",
  "take's answer",
  "yield",
  "yield's answer",
  "give-back",
  "give-back's answer",
] as const;
export type Leg = (typeof LEGS)[number];

/** What befalls the next request, or answer, of a kind. "fails": the caller is told at once that nothing comes. */
export interface CallFault {
  readonly leg: Leg;
  readonly fate: "lost" | "fails" | "late" | "twice";
  /** How much later it comes, or comes again. */
  readonly ms: number;
}

/** From where to where a call travels, and what it says: for pictures. */
export interface Route {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

export class Calls {
  /** Milliseconds one way. */
  latency = 2;
  fault: CallFault | null = null;
  readonly counts = { lostAnswers: 0, lostRequests: 0, late: 0, doubled: 0 };
  private readonly scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
  }

  /** Takes a request or an answer to where it is to arrive. Others may overtake it. `text` says whose it is, and what. */
  travel(leg: Leg, land: () => void, fail: () => void, text: string, route?: Route): void {
    const { scheduler, latency, fault } = this;
    const { trace } = scheduler;
    const flight = route && trace?.depart(route.from, route.to, route.text);
    const arrive = (): void => {
      if (flight !== undefined) trace?.arrive(flight, false);
      land();
    };
    if (fault?.leg !== leg) {
      scheduler.after(latency, arrive, { channel: `call ${leg} ${text}`, text: "" });
      return;
    }
    this.fault = null;
    switch (fault.fate) {
      case "fails":
      case "lost":
        this.counts[leg.endsWith("answer") ? "lostAnswers" : "lostRequests"] += 1;
        if (flight !== undefined) trace?.arrive(flight, true);
        if (fault.fate === "fails") scheduler.after(latency, fail);
        return;
      case "late":
        this.counts.late += 1;
        scheduler.after(latency + fault.ms, arrive);
        return;
      case "twice":
        this.counts.doubled += 1;
        scheduler.after(latency, arrive);
        scheduler.after(latency + fault.ms, arrive);
        return;
      default:
        fault.fate satisfies never;
    }
  }

  /** The twin of src/rate-limit/in-time.ts: the first of the answer, null for a failure, and the deadline is `done`. */
  inTime<T>(
    ask: (answer: (value: T | null) => void) => void,
    done: (value: T | null) => void,
    text: string,
    isVoid: () => boolean,
  ): void {
    let isSettled = false;
    const settle = (value: T | null): void => {
      if (isSettled) return;
      isSettled = true;
      cancel();
      done(value);
    };
    const what = { channel: null, text: `no answer to ${text}`, isVoid };
    const cancel = this.scheduler.after(CALL_MS, () => settle(null), what);
    ask(settle);
  }
}

/** The limiter of an identity, as pictures name it. */
export const limiterName = (identity: string): string => `limiter of ${identity}`;

const tellDebts = ({ message, join }: Debts): string => `owes ${message} ms of messages, ${join} ms of joins`;

export const tellGrant = (grant: Grant | null): string =>
  grant === null
    ? "no budget: its holder does not answer"
    : `grants ${grant.term}, ${tellDebts(grant.debts)}`;

export const tellLeft = (left: Yielded | null): string =>
  left === null ? "needs it" : tellDebts(left.debts);

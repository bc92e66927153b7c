// The rate limiters of all identities, and the way to them: a call takes time, and it or its answer may be lost.
import {
  type Account,
  charge,
  type Charge,
  type ChargeReply,
  NEW_ACCOUNT,
  release,
} from "../../src/rate-limit/charge.ts";
import type { Policy } from "../../src/rate-limit/gcra.ts";
import type { Scheduler } from "./scheduler.ts";

/** What befalls the next call. "slow": its answer comes when the room has given up. */
export type LimiterFault = "request lost" | "reply lost" | "slow";

const SLOW_MS = 5_000;

export class Limiters {
  /** Milliseconds one way. */
  latency = 2;
  fault: LimiterFault | null = null;
  calls = 0;
  private readonly scheduler: Scheduler;
  private readonly policy: Policy;
  private readonly clock: () => number;
  /** Durable: an answer leaves only once its charge is. */
  private readonly accounts = new Map<string, Account>();

  constructor(scheduler: Scheduler, policy: Policy, clock: () => number) {
    this.scheduler = scheduler;
    this.policy = policy;
    this.clock = clock;
  }

  charge(identity: string, request: Charge, answer: (reply: ChargeReply) => void): void {
    const fault = this.fault;
    this.fault = null;
    this.calls += 1;
    if (fault === "request lost") return;
    this.scheduler.after(this.latency, () => {
      const account = this.accounts.get(identity) ?? NEW_ACCOUNT;
      const result = charge(this.policy, account, request, this.clock());
      this.accounts.set(identity, result.account);
      if (fault === "reply lost") return;
      this.scheduler.after(fault === "slow" ? SLOW_MS : this.latency, () => answer(result.reply));
    });
  }

  release(identity: string, holder: string): void {
    this.scheduler.after(this.latency, () => {
      const account = this.accounts.get(identity);
      if (account !== undefined) this.accounts.set(identity, release(account, holder));
    });
  }
}

// How many pages of history an address may ask a room for: each is a hundred rows to be read, which an operator pays for.
import { elapsed, remaining, spend, waitOf } from "../rate-limit/gcra.ts";
import { Recent } from "../rate-limit/recent.ts";

const PAGES = { periodMs: 250, burst: 20 };
/** Addresses that are remembered. What is owed is paid off in five seconds. */
const MAX_ACCOUNTS = 1_000;

/** What pages have cost, as of the instant `at`. */
interface Account {
  readonly debt: number;
  readonly at: number;
}

export class Pages {
  /** By identity. */
  private readonly accounts = new Recent<Account>(MAX_ACCOUNTS);

  /** Milliseconds until an identity may have one more page; 0: it may now, and this one is counted. */
  take(identity: string, now: number): number {
    const { debt, at } = this.accounts.get(identity) ?? { debt: 0, at: now };
    const owed = remaining(debt, elapsed(at, now));
    const wait = waitOf(PAGES, owed);
    // Time counts from here on, also where the clock went back.
    this.accounts.set(identity, { debt: wait === 0 ? spend(PAGES, owed) : owed, at: now });
    return wait;
  }
}

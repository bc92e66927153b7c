// How many pages of history an address may ask a room for: each is a hundred rows to be read, which an operator pays for.
import { elapsed, remaining, spend, waitOf } from "../rate-limit/gcra.ts";

const PAGES = { periodMs: 250, burst: 20 };
/** Addresses that are remembered; who asked longest ago is forgotten first. What is owed is paid off in five seconds. */
const MAX_ACCOUNTS = 1_000;

/** What pages have cost, as of the instant `at`. */
interface Account {
  readonly debt: number;
  readonly at: number;
}

export class Pages {
  /** By identity, in the order of their last questions. */
  private readonly accounts = new Map<string, Account>();

  /** Milliseconds until an identity may have one more page; 0: it may now, and this one is counted. */
  take(identity: string, now: number): number {
    const { accounts } = this;
    const { debt, at } = accounts.get(identity) ?? { debt: 0, at: now };
    const owed = remaining(debt, elapsed(at, now));
    const wait = waitOf(PAGES, owed);
    accounts.delete(identity);
    // Time counts from here on, also where the clock went back.
    accounts.set(identity, { debt: wait === 0 ? spend(PAGES, owed) : owed, at: now });
    for (const oldest of accounts.keys()) {
      if (accounts.size <= MAX_ACCOUNTS) break;
      accounts.delete(oldest);
    }
    return wait;
  }
}

// How many pages of history an address may ask a room for: each is a hundred rows to be read, which an operator pays for.
import { type Debt, attempt, NO_DEBT } from "../rate-limit/gcra.ts";

const PAGES = { periodMs: 250, burst: 20 };
/** Addresses that are remembered; who asked longest ago is forgotten first. What is owed is paid off in five seconds. */
const MAX_ACCOUNTS = 1_000;

export class Pages {
  /** By identity, in the order of their last questions. */
  private readonly accounts = new Map<string, Debt>();

  /** Milliseconds until an identity may have one more page; 0: it may now, and this one is counted. */
  take(identity: string, now: number): number {
    const { waitMs, left } = attempt(PAGES, this.accounts.get(identity) ?? NO_DEBT, now);
    this.accounts.delete(identity);
    this.accounts.set(identity, left);
    const [oldest] = this.accounts.keys();
    if (oldest !== undefined && this.accounts.size > MAX_ACCOUNTS) this.accounts.delete(oldest);
    return waitMs;
  }
}

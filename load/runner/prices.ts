// What Cloudflare takes for what a room uses, and what the free plan gives. Prices change: they are here, and nowhere else.

/** Where they stand, and when they were read, in a stored copy. */
export const SOURCES = [
  "https://developers.cloudflare.com/workers/platform/pricing/",
  "https://developers.cloudflare.com/durable-objects/platform/pricing/",
] as const;
export const READ_ON = "2026-11-29";

export interface Price {
  /** US dollars for a million, beyond what the paid plan of five dollars a month includes. */
  readonly dollarsAMillion: number;
  readonly includedAMonth: number;
  /** What the free plan gives in a day. */
  readonly freeADay: number;
}

export const PRICES = {
  workerRequests: { dollarsAMillion: 0.3, includedAMonth: 10_000_000, freeADay: 100_000 },
  /** Twenty messages of a WebSocket are one. */
  objectRequests: { dollarsAMillion: 0.15, includedAMonth: 1_000_000, freeADay: 100_000 },
  rowsWritten: { dollarsAMillion: 1, includedAMonth: 50_000_000, freeADay: 100_000 },
  rowsRead: { dollarsAMillion: 0.001, includedAMonth: 25_000_000_000, freeADay: 5_000_000 },
  /** Gigabyte seconds. An object that could hibernate is billed for none. */
  duration: { dollarsAMillion: 12.5, includedAMonth: 400_000, freeADay: 13_000 },
} as const satisfies Record<string, Price>;

// What a run against a deployed room is billed for: before it starts from its plan, and afterwards from what was counted. Pure; how many
// rows and requests things take is docs/cost.md's, which a test counts.
import type { Counts } from "../lib/tally.ts";
import { PRICES } from "./prices.ts";
import { whole } from "./scales.ts";

export interface Plan {
  /** Sockets that join, over all rooms, reconnections counted. */
  readonly joins: number;
  /** Messages sent, over all rooms. */
  readonly messages: number;
  readonly protocol: "classic" | "delivery";
}

export interface Bill {
  readonly requests: number;
  readonly rowsWritten: number;
}

/** A tenth of what the free plan gives in a day. */
const ASK_ABOVE: Bill = {
  requests: PRICES.objectRequests.freeADay / 10,
  rowsWritten: PRICES.rowsWritten.freeADay / 10,
};

const MESSAGES_PER_REQUEST = 20;
/** What one visit costs for its limit, as docs/cost.md counts it: the budget is taken, given back twice, and an alarm of the limiter rings. */
const LIMIT_REQUESTS = 4;
/** Rows that the ledger, the limiter and its alarms write for one visit, besides one a message. */
const LIMIT_ROWS = 9;
/** A message's own rows: it, its sender's counter, what its address owes. A classic message has no counter. */
const rowsOf = (protocol: Plan["protocol"]): number => (protocol === "delivery" ? 3 : 2);

/** Requests of Workers and of objects. A join is the upgrade at the Worker, the same at the room, a first frame and what the limit costs. */
const requestsOf = ({ joins, messages }: Plan): { readonly worker: number; readonly object: number } => ({
  worker: joins,
  object: joins + Math.ceil((joins + messages) / MESSAGES_PER_REQUEST) + LIMIT_REQUESTS * joins,
});

/** Expected requests (Workers and objects together) and SQLite rows written; refusals would only make it less. */
export function billOf(plan: Plan): Bill {
  const { worker, object } = requestsOf(plan);
  const { joins, messages, protocol } = plan;
  return { requests: worker + object, rowsWritten: messages * rowsOf(protocol) + LIMIT_ROWS * joins };
}

/** Whether a person should be asked first. */
export const isLarge = ({ requests, rowsWritten }: Bill): boolean =>
  requests > ASK_ABOVE.requests || rowsWritten > ASK_ABOVE.rowsWritten;

/** The bill in one sentence. */
export function sayBill({ requests, rowsWritten }: Bill): string {
  const { freeADay } = PRICES.rowsWritten;
  return `This run is billed for about ${whole(requests)} requests and ${whole(rowsWritten)} rows written (the free plan allows ${whole(freeADay)} of each a day).`;
}

/** What a run that was made is billed for where the room is deployed. */
export interface Item {
  readonly name: string;
  readonly amount: number;
  readonly unit: string;
  /** Dollars a million deliveries, beyond what the paid plan includes. */
  readonly dollars: number;
  readonly freeADay: number;
}

export interface Spent {
  readonly counts: Pick<Counts, "connects" | "accepted" | "delivered">;
  readonly protocol: Plan["protocol"];
  readonly rooms: number;
  /** For how long rooms were in use, in seconds: they may have slept in between, and are then billed for less. */
  readonly seconds: number;
}

export interface Account {
  readonly items: readonly Item[];
  /** Dollars a million deliveries, all together. */
  readonly dollars: number;
  /** How many such runs a day of the free plan carries, and what ends it. */
  readonly runs: number;
  readonly limit: string;
}

const MILLION = 1_000_000;
/** An object is billed for so much memory, whatever it uses. */
const OBJECT_GB = 0.128;

/** From what was counted. Each message's row is deleted one day, which is a row written, too. */
export function accountOf({ counts, protocol, rooms, seconds }: Spent): Account {
  const { connects: joins, accepted: messages, delivered } = counts;
  const requests = requestsOf({ joins, messages, protocol });
  const rows = messages * (rowsOf(protocol) + 1) + LIMIT_ROWS * joins;
  const of = (name: string, key: keyof typeof PRICES, amount: number, unit: string): Item => {
    const { dollarsAMillion, freeADay } = PRICES[key];
    const each = amount / Math.max(1, delivered);
    return { name, amount, unit, freeADay, dollars: each * dollarsAMillion };
  };
  const items = [
    of("requests to the Worker", "workerRequests", requests.worker, ""),
    of("requests to objects", "objectRequests", requests.object, ""),
    of("rows written", "rowsWritten", rows, ""),
    of("duration, at most", "duration", rooms * seconds * OBJECT_GB, "GB-s"),
  ];
  const carried = items.map((item) => ({
    name: item.name,
    runs: item.freeADay / Math.max(item.amount, 1e-9),
  }));
  const tightest = carried.reduce((least, one) => (one.runs < least.runs ? one : least));
  return {
    items,
    dollars: items.reduce((sum, { dollars }) => sum + dollars, 0),
    runs: Math.floor(tightest.runs),
    limit: tightest.name,
  };
}

/** Of so many deliveries, how many items they take. */
export const aMillion = ({ amount }: Item, delivered: number): number =>
  (amount / Math.max(1, delivered)) * MILLION;

/** Dollars as people read them: "$0.43", and "$0.0021" where that says more. */
export const money = (dollars: number): string =>
  dollars === 0 || dollars >= 0.1 ? `$${dollars.toFixed(2)}` : `$${Number(dollars.toPrecision(2))}`;

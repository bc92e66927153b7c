// What a run against a deployed room will be billed for, before it starts. Pure; the prices' rules stand in the README.
import type { Counts } from "../../load/lib/tally.ts";
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
const ASK_ABOVE: Bill = { requests: 10_000, rowsWritten: 10_000 };

const MESSAGES_PER_REQUEST = 20;
/** What one visit costs for its limit, as docs/cost.md counts it: the budget is taken, given back twice, and an alarm of the limiter rings; */
const LIMIT_REQUESTS = 4;
/** and the ledger, the limiter and its alarms write nine rows, besides one a message. */
const LIMIT_ROWS = 9;

/** Expected requests (Workers and objects together) and SQLite rows written; refusals would only make it less. */
export function billOf({ joins, messages, protocol }: Plan): Bill {
  // A join is the upgrade at the Worker, the same at the room, a first frame and what the limit costs.
  const upgrades = 2 * joins;
  const frames = Math.ceil((joins + messages) / MESSAGES_PER_REQUEST);
  const rowsPerMessage = protocol === "delivery" ? 3 : 2;
  return {
    requests: upgrades + frames + LIMIT_REQUESTS * joins,
    rowsWritten: messages * rowsPerMessage + LIMIT_ROWS * joins,
  };
}

/** Whether a person should be asked first. */
export const isLarge = ({ requests, rowsWritten }: Bill): boolean =>
  requests > ASK_ABOVE.requests || rowsWritten > ASK_ABOVE.rowsWritten;

/** What the free plan gives in a day, of requests and of rows written. */
const FREE_A_DAY = 100_000;
const MILLION = 1_000_000;

/** What a run that was made cost where the room is deployed, from what was counted; and how much of that the free plan carries. */
export function sayCosts({ connects, accepted, delivered }: Counts, protocol: Plan["protocol"]): string {
  const { requests, rowsWritten } = billOf({ joins: connects, messages: accepted, protocol });
  const runs = Math.floor(FREE_A_DAY / Math.max(requests, rowsWritten, 1));
  const per = (count: number): string => whole((count / Math.max(1, delivered)) * MILLION);
  return `Deployed, such a run is billed for about ${whole(requests)} requests and ${whole(rowsWritten)} rows written: ${per(requests)} and ${per(rowsWritten)} a million deliveries. The free plan carries ${whole(runs)} of them a day. Duration, which depends on how long the room stays awake, is not in it.`;
}

/** The bill in one sentence. */
export function sayBill({ requests, rowsWritten }: Bill): string {
  return `This run is billed for about ${whole(requests)} requests and ${whole(rowsWritten)} rows written (the free plan allows ${whole(FREE_A_DAY)} of each a day).`;
}

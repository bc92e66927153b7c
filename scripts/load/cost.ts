// What a run against a deployed room will be billed for, before it starts. Pure; the prices' rules stand in the README.
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

/** The bill in one sentence. */
export function sayBill({ requests, rowsWritten }: Bill): string {
  return `This run is billed for about ${whole(requests)} requests and ${whole(rowsWritten)} rows written (the free plan allows 100,000 of each a day).`;
}

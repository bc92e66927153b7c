// What the metered Worker (metered-object.ts) counts, and asks nobody to believe: what Cloudflare would bill, and what rooms did.

/** Sums since the Worker started. */
export interface Bill {
  /** Requests that the Worker was asked, answered with 429 or not. */
  readonly worker: number;
  /** Upgrades that reached a room. */
  readonly upgrades: number;
  /** Calls between objects, and alarms that rang. */
  readonly calls: number;
  /** Rows written, with keys and alarms that are set as one each. */
  readonly rows: number;
  /** Rooms that were started. */
  readonly rooms: number;
  /** Sockets that a room closed by itself: an answer to a close is none. */
  readonly closed: number;
}

export const NO_BILL: Bill = { worker: 0, upgrades: 0, calls: 0, rows: 0, rooms: 0, closed: 0 };

/** The bill of a server that runs metered-object.ts. */
export async function billOf(url: string): Promise<Bill> {
  const response = await fetch(`${url}/metered`);
  return (await response.json()) as Bill;
}

/** What came to a bill between two looks at it. */
export function between(before: Bill, after: Bill): Bill {
  const count = (what: keyof Bill): number => after[what] - before[what];
  return {
    worker: count("worker"),
    upgrades: count("upgrades"),
    calls: count("calls"),
    rows: count("rows"),
    rooms: count("rooms"),
    closed: count("closed"),
  };
}

/** Of the objects: an upgrade is a request, and so are twenty frames that come in, a call between two, and an alarm. */
export const objectRequests = ({ upgrades, calls }: Bill, frames: number): number =>
  upgrades + calls + Math.ceil(frames / 20);

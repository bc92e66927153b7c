// docs/cost.md and the README's table, from what was counted.
import { PRICES, READ_ON, SOURCES } from "../../../load/runner/prices.ts";
import { CROWDS, PARTS, PRESENCES, type Scene, VISITS } from "./cost-scenes.ts";
import type { Bill } from "./meter.ts";

export const SCENES: readonly Scene[] = [...VISITS, ...PARTS, ...PRESENCES, ...CROWDS];

/** What was counted of each scene, by its name. */
export type Bills = ReadonlyMap<string, Bill>;

/** As the test of version 0.2.0 counted it, with the same vars: calls to the limiter, alarms, rows. Each message was a call. */
const BEFORE = [
  [22, 2, 65],
  [24, 4, 70],
  [32, 1, 96],
  [41, 2, 105],
] as const;

export const callsOf = (bill: Bill): number => bill.take + bill.giveBack + bill.yieldBudget;
export const rowsOf = (bill: Bill): number => bill.log + bill.ledger + bill.account + bill.timers;
/** Twenty messages that come in are one. */
const requestsOf = (bill: Bill): number => bill.upgrades + callsOf(bill) + bill.alarms + bill.frames / 20;

/** The platform's meters in the order of the tables, and how much of each a day of the free plan has. */
const METERS = [
  { of: (bill: Bill) => bill.worker, a: PRICES.workerRequests.freeADay },
  { of: requestsOf, a: PRICES.objectRequests.freeADay },
  { of: rowsOf, a: PRICES.rowsWritten.freeADay },
  { of: (bill: Bill) => bill.reads, a: PRICES.rowsRead.freeADay },
] as const;

const figure = (amount: number): string => amount.toLocaleString("en", { maximumFractionDigits: 2 });

/** Rounded down to two digits: nobody's day is as regular as this. */
function about(amount: number): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(amount)) - 1);
  return figure(Math.floor(amount / unit) * unit);
}

function billOf(bills: Bills, name: string): Bill {
  const bill = bills.get(name);
  if (bill === undefined) throw new Error(`Nothing was counted of this: ${name}.`);
  return bill;
}

function table(head: readonly string[], lines: readonly (readonly (string | number)[])[]): string {
  const [names, ...rows] = [head, ...lines].map((cells) => `| ${cells.join(" | ")} |`);
  return [names, `|${"---|".repeat(head.length)}`, ...rows].join("\n");
}

/**
 * What each meter counts of a scene, and how much of it a day of the free plan has. The meter that ends first is in bold. Calls and
 * wakes are no meters, and stand beside what they are billed as.
 */
function billed(bills: Bills, { name, unit }: Scene): string[] {
  const bill = billOf(bills, name);
  const days = METERS.map(({ of, a }) => a / of(bill));
  const least = Math.min(...days);
  const [worker = "", objects = "", ...rows] = METERS.map(({ of }, i) =>
    days[i] === least ? `**${figure(of(bill))}**` : figure(of(bill)),
  );
  const carried = `${about(least * unit.times)} ${unit.name}`;
  return [worker, objects, figure(callsOf(bill)), figure(bill.wakes), ...rows, carried];
}

const HEAD = [
  "what happens",
  "requests to the Worker",
  "to objects",
  "calls among them",
  "wakes",
  "rows written",
  "rows read",
  "a day of the free plan has",
];

const inFull = (bills: Bills, scenes: readonly Scene[]): string =>
  table(
    HEAD,
    scenes.map((scene) => [scene.name, ...billed(bills, scene)]),
  );

const COLUMNS = [
  ["upgrades", "upgrades"],
  ["frames", "frames"],
  ["take", "`take`"],
  ["giveBack", "`giveBack`"],
  ["yieldBudget", "`yieldBudget`"],
  ["alarms", "alarms"],
  ["log", "room's rows"],
  ["ledger", "ledger's rows"],
  ["account", "limiter's rows"],
  ["timers", "alarms set"],
] as const satisfies readonly (readonly [keyof Bill, string])[];

const parts = (bills: Bills, scenes: readonly Scene[]): string =>
  table(
    ["what happens", ...COLUMNS.map(([, name]) => name)],
    scenes.map(({ name }) => [name, ...COLUMNS.map(([key]) => figure(billOf(bills, name)[key]))]),
  );

const before = (bills: Bills): string =>
  table(
    ["what happens", "calls before", "alarms", "rows", "calls now"],
    VISITS.map(({ name }, i) => [name, ...(BEFORE[i] ?? []), callsOf(billOf(bills, name))]),
  );

const short = SCENES.filter((scene) => scene.short !== undefined);

/** From the first of these lines to the last the README is written by the script. */
const PART = /(?<=<!-- `npm run cost` .* -->\n).*(?=\n<!-- .* -->)/s;

/** The README with its table as it was counted. */
export function readmeOf(readme: string, bills: Bills): string {
  if (!PART.test(readme)) throw new Error("The README has no place for the table of costs.");
  const lines = short.map((scene) => [scene.short ?? "", ...billed(bills, scene)]);
  return readme.replace(PART, () => table(HEAD, lines));
}

const [WORKERS, OBJECTS] = SOURCES;

/** docs/cost.md. */
export const pageOf = (bills: Bills): string => `# What a room costs, counted

Counted, not estimated, inside workerd, with the vars of \`wrangler.toml\`. \`npm run cost\` counts again, and writes this page and the
README's table. A test fails where one of them says something else.

## What is counted

| meter | what counts | the free plan, a day |
|---|---|---|
| requests to the Worker | An upgrade is one, also where it is refused, and so is a new private room. The page is free: its files are static. | ${figure(PRICES.workerRequests.freeADay)} |
| requests to objects | An upgrade that comes to the room is one, and so are a call between two objects and an alarm that rings. Twenty messages that come in are one. | ${figure(PRICES.objectRequests.freeADay)} |
| rows written | A row that is inserted, replaced or deleted is one, as SQLite counts it. So are a key that is put, an alarm that is set and a \`deleteAll\`. | ${figure(PRICES.rowsWritten.freeADay)} |
| rows read | A row that a statement reads is one, as SQLite counts it, and so is a key. | ${figure(PRICES.rowsRead.freeADay)} |

These are meters of Cloudflare's pages on [Workers](${WORKERS}) and
[Durable Objects](${OBJECTS}), as they were on ${READ_ON}. Each of the two
says that an upgrade is a request, so a connection counts on both meters. Neither says what a \`deleteAll\` is: one is our guess.

A wake is an object that is loaded, at first or out of its sleep. It has no meter, but what woke the object has one, and so have the rows
that it reads then. An object sleeps here ten seconds after it had something to do last, as it does on the platform.

The test does not count duration, stored bytes, lines of logs, and pings. [Operating](operating.md#costs) says what is known of them.

## The bill

The figure in bold belongs to the meter that ends first. The last column says how much of this a day of the free plan has, rounded down,
where nothing else happens.

### People who talk

Somebody with the delivery protocol joins a room where a classic member sits in silence, talks, and leaves. Everything is counted until
nothing is kept of it: ten minutes later nobody owes anything, and after 30 days the messages are dropped. Of 200 messages in 10 s the
limit refuses most.

${inFull(bills, VISITS)}

### One thing at a time

A visit is about the sum of its parts; what is said together shares its alarms and its trim. A join is counted for a minute, and a leave
until nothing is owed. Messages come a second apart.

${inFull(bills, PARTS)}

A message of a delivery member writes its row, its sender's counter and what its address owes, and is deleted one day: that is four
rows. A classic member's message has no counter, and is three. A message that is refused costs what it takes to come in, and nothing else:
no row, no call and no alarm.

### People who say nothing

They are alone in their room. Once a day a limiter asks the room that holds its budget whether it still needs it: that is an alarm, a call
and a row.

${inFull(bills, PRESENCES)}

### Crowds, and nobody

${inFull(bills, CROWDS)}

## What it is made of

Requests to objects are the first six columns, with a twentieth of the frames that come in. Rows written are the last four. A \`deleteAll\` of a
room stands among a limiter's rows. [SPEC.md](../SPEC.md#how-the-limit-works-and-why-it-is-safe) says what the three calls do.

${parts(bills, SCENES)}

## Before: a call to the limiter for each message

As the test of version 0.2.0 counted it, with the same vars: calls, alarms and rows written, up to ten minutes after the visit.

${before(bills)}
`;

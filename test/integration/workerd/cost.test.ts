// What the rate limit costs, counted: docs/cost.md. After a change that is meant:
// npx vitest run --project workerd test/integration/workerd/cost.test.ts -u
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freshAddress, limiterOf, roomOf } from "./client.ts";
import { HeldRoom, holdClock, passTime, releaseClock, rewindClock, settleLimiters } from "./held-room.ts";
import { type Bill, Meter } from "./meter.ts";
import { Speaker } from "./speaker.ts";

interface Visit {
  readonly name: string;
  readonly rooms: number;
  /** In turn over the rooms, so many ms apart. */
  readonly messages: number;
  readonly everyMs: number;
}

const VISITS: readonly Visit[] = [
  { name: "a visit: a join and 20 messages, 5 s apart", rooms: 1, messages: 20, everyMs: 5_000 },
  { name: "two rooms in turn: 10 messages in each, 5 s apart", rooms: 2, messages: 20, everyMs: 5_000 },
  { name: "hammering: 200 messages in 10 s, in one room", rooms: 1, messages: 200, everyMs: 50 },
  { name: "hammering: 200 messages in 10 s, in two rooms in turn", rooms: 2, messages: 200, everyMs: 50 },
];

/** As this test counted it where each message was a call to the limiter, with the same vars: version 0.2.0. */
const BEFORE: readonly Bill[] = [
  { take: 21, giveBack: 1, yieldBudget: 0, alarms: 2, log: 40, ledger: 0, account: 22, timers: 3 },
  { take: 22, giveBack: 2, yieldBudget: 0, alarms: 4, log: 40, ledger: 0, account: 24, timers: 6 },
  { take: 32, giveBack: 0, yieldBudget: 0, alarms: 1, log: 62, ledger: 0, account: 32, timers: 2 },
  { take: 41, giveBack: 0, yieldBudget: 0, alarms: 2, log: 60, ledger: 0, account: 41, timers: 4 },
];

beforeAll(holdClock);
afterAll(() => {
  releaseClock();
  vi.restoreAllMocks();
});

/** Somebody comes, speaks the delivery protocol, and leaves; what is left behind is tidied up. */
async function play({ rooms: count, messages, everyMs }: Visit, meter: Meter): Promise<Bill> {
  rewindClock();
  const address = freshAddress();
  const rooms = Array.from({ length: count }, () => new HeldRoom());
  // A new room writes its tables once.
  for (const room of rooms) await room.log();
  meter.read();
  const speakers: Speaker[] = [];
  for (const room of rooms) {
    const speaker = new Speaker(room, "ann", "a-secret-key-of-ann", address);
    await speaker.connect();
    await room.answered();
    await speaker.enter(null);
    await room.settle();
    speakers.push(speaker);
  }
  const objects = [...rooms.map(({ name }) => roomOf(name)), limiterOf(address)];
  for (let i = 0; i < messages; i++) {
    passTime(everyMs);
    await ring(objects);
    speakers[i % count]?.say();
    await rooms[i % count]?.answered();
    await rooms[i % count]?.received();
  }
  for (const speaker of speakers) speaker.leave(1000);
  for (const room of rooms) await room.settle();
  await settleLimiters(...rooms);
  for (let seconds = 0; seconds < 600; seconds += 30) {
    passTime(30_000);
    await ring(objects);
  }
  for (const room of rooms) await room.forgotten();
  return meter.read();
}

/** What is due rings. */
async function ring(objects: readonly DurableObjectStub[]): Promise<void> {
  for (const object of objects) {
    const at = await runInDurableObject(object, (_object, { storage }) => storage.getAlarm());
    if (at !== null && at <= Date.now()) await runDurableObjectAlarm(object);
  }
}

const requestsOf = (bill: Bill): number => bill.take + bill.giveBack + bill.yieldBudget + bill.alarms;
const rowsOf = (bill: Bill): number => bill.log + bill.ledger + bill.account + bill.timers;

function table(bills: readonly Bill[]): string {
  const head =
    "| what happens | `take` | `giveBack` | `yieldBudget` | alarms | **requests** | messages | ledger | limiter | alarms set | **rows** |";
  const lines = bills.map((bill, i) => {
    const { take, giveBack, yieldBudget, alarms, log, ledger, account, timers } = bill;
    const requests = [take, giveBack, yieldBudget, alarms, `**${requestsOf(bill)}**`];
    const rows = [log, ledger, account, timers, `**${rowsOf(bill)}**`];
    return `| ${[VISITS[i]?.name, ...requests, ...rows].join(" | ")} |`;
  });
  return [head, `|${"---|".repeat(11)}`, ...lines].join("\n");
}

const page = (bills: readonly Bill[]): string => `# What the rate limit costs

Counted, not estimated, inside workerd, with the vars of \`wrangler.toml\`. A test fails where this page says something else;
\`npx vitest run --project workerd test/integration/workerd/cost.test.ts -u\` counts again and writes the page.

Ann comes with the delivery protocol, speaks as each row says, and leaves; then ten minutes pass, and nothing of her budget is kept
anywhere. A request is a call between two objects, or an alarm that rings. A row is one that is inserted, replaced or deleted; a key that
is put, an alarm that is set and a \`deleteAll\` are one each. Frames that come to the room over her socket are not counted: they
cost the same without a limit.

## The budget is kept in the room

${table(bills)}

## Before: a call to the limiter for each message

As the same test counted version 0.2.0, with the same vars; \`take\` is what charged, \`giveBack\` what released a pass.

${table(BEFORE)}
`;

test("[L3] [L4] what the limit costs is what docs/cost.md says", async () => {
  const meter = await Meter.start(roomOf(new HeldRoom().name));
  const bills: Bill[] = [];
  for (const visit of VISITS) bills.push(await play(visit, meter));
  await expect(page(bills)).toMatchFileSnapshot("../../../docs/cost.md");
});

// What a room costs its operator, counted: docs/cost.md. After a change that is meant:
// npx vitest run --project workerd test/integration/workerd/cost.test.ts -u
import { listDurableObjectIds, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
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

/** What was counted before reads were. */
type Written = Omit<Bill, "reads">;

/** As this test counted it where each message was a call to the limiter, with the same vars: version 0.2.0. */
const BEFORE: readonly Written[] = [
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
  meter.read();
  const speakers: Speaker[] = [];
  for (const room of rooms) {
    const speaker = new Speaker(room, "ann", "a-secret-key-of-ann", address);
    await speaker.connect();
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

interface Scene {
  readonly name: string;
  /** What is counted; what `prepare` does in the room before is not. */
  readonly prepare?: (room: HeldRoom) => Promise<unknown>;
  readonly act: (room: HeldRoom) => Promise<unknown>;
}

const KEY_OF_ANN = "a-secret-key-of-ann";
const HOUR_MS = 3_600_000;
const MONTH_MS = 30 * 24 * HOUR_MS;

/** Somebody joins; one a second says so many messages. */
async function talk(room: HeldRoom, key: string | null, messages: number): Promise<void> {
  const speaker = new Speaker(room, "ann", key, freshAddress());
  await speaker.connect();
  await speaker.enter(null);
  await room.settle();
  for (let i = 0; i < messages; i++) {
    passTime(1_000);
    speaker.say();
    await room.settle();
  }
}

/** So much time passes; what is due in the room rings when it is due. */
async function wait(room: HeldRoom, ms: number): Promise<void> {
  const end = Date.now() + ms;
  for (;;) {
    const at = await runInDurableObject(roomOf(room.name), (_room, { storage }) => storage.getAlarm());
    if (at === null || at > end) break;
    passTime(Math.max(0, at - Date.now()));
    await ring([roomOf(room.name)]);
    await room.received();
  }
  passTime(Math.max(0, end - Date.now()));
}

const connectAndLeave = async (room: HeldRoom): Promise<void> => {
  (await room.connect(freshAddress())).leave(1000);
  await room.received();
  await wait(room, HOUR_MS);
};

/** Every socket was heard just now: its client pings, which wakes no room. */
function pinging(room: HeldRoom): Promise<unknown> {
  return runInDurableObject(roomOf(room.name), (_room, state) =>
    vi
      .spyOn(Object.getPrototypeOf(state) as DurableObjectState, "getWebSocketAutoResponseTimestamp")
      .mockImplementation(() => new Date(Date.now())),
  );
}

/** A delivery member that says nothing, and has been here for so many hours. */
const isHereFor =
  (hours: number) =>
  async (room: HeldRoom): Promise<void> => {
    await talk(room, KEY_OF_ANN, 0);
    await pinging(room);
    await wait(room, hours * HOUR_MS);
  };

const SCENES: readonly Scene[] = [
  { name: "a connection to a new name that says nothing and leaves; an hour later", act: connectAndLeave },
  {
    name: "the same in a room where somebody talks",
    prepare: (room) => talk(room, null, 1),
    act: async (room) => {
      (await room.connect(freshAddress())).leave(1000);
      await room.received();
    },
  },
  {
    name: "100 frames that are refused",
    prepare: (room) => talk(room, null, 0),
    act: async (room) => {
      const client = await room.connect([...room.addresses][0] ?? "");
      for (let i = 0; i < 100; i++) client.send({ message: "before a name" });
      await room.settle();
    },
  },
  {
    name: "100 messages of a classic member, and their trim after 30 days",
    prepare: (room) => talk(room, null, 0),
    act: async (room) => {
      await talk(room, null, 100);
      await wait(room, MONTH_MS + 2 * HOUR_MS);
    },
  },
  {
    name: "100 messages of a delivery member, and their trim after 30 days",
    prepare: (room) => talk(room, null, 0),
    act: async (room) => {
      await talk(room, KEY_OF_ANN, 100);
      await wait(room, MONTH_MS + 2 * HOUR_MS);
    },
  },
  {
    name: "the first hour of a delivery member that says nothing",
    prepare: isHereFor(0),
    act: (room) => wait(room, HOUR_MS),
  },
  {
    name: "a later day of it",
    prepare: isHereFor(24),
    act: (room) => wait(room, 24 * HOUR_MS),
  },
  {
    name: "a join storm: 100 people, each from an address of its own, into a new room",
    act: async (room) => {
      const join = async (i: number): Promise<void> => {
        const client = await room.connect(freshAddress());
        client.send({ name: "ann", protocol: 1, key: `a-secret-key-of-${i}`, client: "tab" });
        await client.upTo("welcome");
      };
      await Promise.all(Array.from({ length: 100 }, (_, i) => join(i)));
      await room.settle();
    },
  },
];

async function count({ prepare, act }: Scene, meter: Meter): Promise<Bill> {
  rewindClock();
  const room = new HeldRoom();
  await prepare?.(room);
  await settleLimiters(room);
  meter.read();
  await act(room);
  return meter.read();
}

const requestsOf = (bill: Written): number => bill.take + bill.giveBack + bill.yieldBudget + bill.alarms;
const rowsOf = (bill: Written): number => bill.log + bill.ledger + bill.account + bill.timers;

function table(names: readonly { readonly name: string }[], bills: readonly (Written | Bill)[]): string {
  const head =
    "| what happens | `take` | `giveBack` | `yieldBudget` | alarms | **requests** | messages | ledger | limiter | alarms set | **rows** |";
  const reads = bills.map((bill) => ("reads" in bill ? ` ${bill.reads} |` : ""));
  const lines = bills.map((bill, i) => {
    const { take, giveBack, yieldBudget, alarms, log, ledger, account, timers } = bill;
    const requests = [take, giveBack, yieldBudget, alarms, `**${requestsOf(bill)}**`];
    const rows = [log, ledger, account, timers, `**${rowsOf(bill)}**`];
    return `| ${[names[i]?.name, ...requests, ...rows].join(" | ")} |${reads[i]}`;
  });
  const hasReads = reads.some((text) => text !== "");
  return [`${head}${hasReads ? " read |" : ""}`, `|${"---|".repeat(hasReads ? 12 : 11)}`, ...lines].join(
    "\n",
  );
}

/** Messages that the free plan's rows of a day carry, by the scene that has a hundred of them; rounded down to hundreds. */
function carried(scenes: readonly Bill[], kind: "classic" | "delivery"): string {
  const scene = scenes[SCENES.findIndex(({ name }) => name.startsWith(`100 messages of a ${kind} member`))];
  if (scene === undefined) throw new Error(`no scene has a hundred messages of a ${kind} member`);
  const messages = (100_000 / rowsOf(scene)) * 100;
  return (Math.floor(messages / 100) * 100).toLocaleString("en");
}

const page = (bills: readonly Bill[], scenes: readonly Bill[]): string => `# What a room costs, counted

Counted, not estimated, inside workerd, with the vars of \`wrangler.toml\`. A test fails where this page says something else;
\`npx vitest run --project workerd test/integration/workerd/cost.test.ts -u\` counts again and writes the page.

Ann comes with the delivery protocol, speaks as each row says, and leaves; then ten minutes pass, and nothing of her budget is kept
anywhere. The rooms are new: the first join writes their tables, some eight rows, once. A request is a call between two objects, or an
alarm that rings. A row is one that is inserted, replaced or deleted; a key that is put, an alarm that is set and a \`deleteAll\` are one
each. Frames that come to the room over her socket are not counted: they cost the same without a limit.

## The budget is kept in the room

${table(
  VISITS,
  bills.map(({ reads: _reads, ...written }) => written),
)}

## What else is written

The same test counts a connection that says nothing, one that is refused, and a message until it is forgotten. A \`deleteAll\` of a
room stands under limiter. Reads are counted as rows of SQLite and keys; the free plan allows fifty times as many reads as writes.

${table(SCENES, scenes)}

A message of a delivery member writes its row, its sender's counter and what its address owes, and is deleted one day. That is four
rows; a classic member's message is three. With their alarms and the limiter's rows, as counted above, the free plan's 100,000 rows
written a day carry ${carried(scenes, "delivery")} messages of delivery members, or ${carried(scenes, "classic")} of classic ones.

## Before: a call to the limiter for each message

As the same test counted version 0.2.0, with the same vars; \`take\` is what charged, \`giveBack\` what released a pass.

${table(VISITS, BEFORE)}
`;

/** Objects of other files are in this runtime, too, and some go by its clock: their alarms must not ring while others are counted. */
async function ringOthers(): Promise<void> {
  const { LIMITERS, ROOMS } = env;
  for (const id of await listDurableObjectIds(LIMITERS)) await runDurableObjectAlarm(LIMITERS.get(id));
  for (const id of await listDurableObjectIds(ROOMS)) await runDurableObjectAlarm(ROOMS.get(id));
}

test("[L3] [L4] what the limit costs is what docs/cost.md says", async () => {
  await ringOthers();
  const meter = await Meter.start(roomOf(new HeldRoom().name));
  const bills: Bill[] = [];
  for (const visit of VISITS) bills.push(await play(visit, meter));
  const scenes: Bill[] = [];
  for (const scene of SCENES) scenes.push(await count(scene, meter));
  await expect(page(bills, scenes)).toMatchFileSnapshot("../../../docs/cost.md");
});

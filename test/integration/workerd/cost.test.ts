// What a room costs its operator, counted: docs/cost.md, and a table of the README. `npm run cost` counts again and writes both.
import { listDurableObjectIds, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import readme from "../../../README.md?raw";
import { roomOf } from "./client.ts";
import { callsOf, pageOf, readmeOf, rowsOf, SCENES } from "./cost-page.ts";
import { REFUSED, type Scene } from "./cost-scenes.ts";
import { HeldRoom, holdClock, releaseClock, rewindClock } from "./held-room.ts";
import { type Bill, Meter } from "./meter.ts";
import { Stage } from "./stage.ts";

beforeAll(holdClock);
afterAll(() => {
  releaseClock();
  vi.restoreAllMocks();
});

/** Objects of other files are in this runtime, too, and some go by its clock: their alarms must not ring while others are counted. */
async function ringOthers(): Promise<void> {
  const { LIMITERS, ROOMS } = env;
  for (const id of await listDurableObjectIds(LIMITERS)) await runDurableObjectAlarm(LIMITERS.get(id));
  for (const id of await listDurableObjectIds(ROOMS)) await runDurableObjectAlarm(ROOMS.get(id));
}

/** Every socket was heard just now: its client pings, which wakes no room. */
const everybodyPings = (room: DurableObjectStub): Promise<unknown> =>
  runInDurableObject(room, (_room, state) =>
    vi
      .spyOn(Object.getPrototypeOf(state) as DurableObjectState, "getWebSocketAutoResponseTimestamp")
      .mockImplementation(() => new Date(Date.now())),
  );

async function count({ rooms = 1, act }: Scene, meter: Meter): Promise<Bill> {
  rewindClock();
  const stage = new Stage(meter, rooms);
  stage.begin();
  await act(stage);
  return meter.read();
}

test("[L3] [L4] what a room costs is what docs/cost.md and the README say", async () => {
  await ringOthers();
  const room = roomOf(new HeldRoom().name);
  await everybodyPings(room);
  const meter = await Meter.start(room);
  const bills = new Map<string, Bill>();
  for (const scene of SCENES) bills.set(scene.name, await count(scene, meter));
  const refused = bills.get(REFUSED);
  expect(refused?.frames).toBe(100);
  expect(refused && [callsOf(refused), refused.alarms, rowsOf(refused)]).toEqual([0, 0, 0]);
  await expect(pageOf(bills)).toMatchFileSnapshot("../../../docs/cost.md");
  await expect(readmeOf(readme, bills)).toMatchFileSnapshot("../../../README.md");
});

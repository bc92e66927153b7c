// Rooms and the limiters of everybody in them, as time passes: alarms ring when they are due, and an object that has nothing to do sleeps.
// Nobody looks at one that sleeps, because a look would wake it.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { freshAddress, limiterOf, roomOf } from "./client.ts";
import { HeldRoom, passTime } from "./held-room.ts";
import type { Meter } from "./meter.ts";
import { Speaker } from "./speaker.ts";

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;
/** The platform lets an object sleep that had nothing to do for so long. */
const SLEEPS_AFTER_MS = 10_000;

export class Stage {
  readonly meter: Meter;
  readonly rooms: readonly HeldRoom[];
  private readonly people: { readonly speaker: Speaker; readonly room: HeldRoom }[] = [];
  /** When the alarm of each object that sleeps is to ring; null where none is set. */
  private readonly alarms = new Map<string, number | null>();

  constructor(meter: Meter, rooms: number) {
    this.meter = meter;
    this.rooms = Array.from({ length: rooms }, () => new HeldRoom());
  }

  /** What came before is not counted. */
  begin(): void {
    this.meter.read();
  }

  /** Somebody joins: with the delivery protocol where there is a key. */
  async enter(key: string | null, address = freshAddress(), room = this.room): Promise<Speaker> {
    const speaker = new Speaker(room, "ann", key, address);
    this.people.push({ speaker, room });
    await speaker.enter(null);
    await this.heard(room);
    return speaker;
  }

  /** So many people join the first room at once, each from an address of its own unless there is another way to get one. */
  async crowd(people: number, address = freshAddress): Promise<readonly Speaker[]> {
    const { room } = this;
    const crowd = Array.from(
      { length: people },
      (_, i) => new Speaker(room, "ann", `a-secret-key-of-${i}`, address()),
    );
    this.people.push(...crowd.map((speaker) => ({ speaker, room })));
    await Promise.all(crowd.map((speaker) => speaker.enter(null)));
    await this.heard(room);
    return crowd;
  }

  /** Somebody who never says a name. */
  async connectAndLeave(): Promise<void> {
    (await this.room.connect(freshAddress())).leave(1000);
    await this.heard();
  }

  /** So many messages, each so long after the last one, by one speaker after the other. */
  async talk(speakers: readonly Speaker[], messages: number, everyMs: number): Promise<void> {
    for (let i = 0; i < messages; i++) {
      const speaker = speakers[i % speakers.length];
      await this.pass(everyMs);
      speaker?.say();
      for (const { room } of this.people.filter((one) => one.speaker === speaker)) {
        await room.answered();
        await room.received();
      }
      await this.meter.rest();
    }
  }

  /** These leave at once. */
  async leave(speakers: readonly Speaker[]): Promise<void> {
    const left = this.people.filter(({ speaker }) => speaker.isHere && speakers.includes(speaker));
    for (const { speaker } of left) speaker.leave(1000);
    for (const room of new Set(left.map(({ room }) => room))) await this.heard(room);
  }

  /**
   * Messages grow old, and are dropped. What keeps the rooms meanwhile is not counted: everybody leaves, and somebody comes
   * for a word on the day before.
   */
  async growOld(): Promise<void> {
    await this.meter.without(async () => {
      await this.leave(this.people.map(({ speaker }) => speaker));
      await this.pass(29 * DAY_MS);
      for (const room of this.rooms) {
        const speaker = await this.enter(null, freshAddress(), room);
        await this.talk([speaker], 1, 1_000);
        const owed = await room.budgets();
        if (owed.length !== 1) throw new Error("Nothing may be kept of anybody who left a month ago.");
        await this.leave([speaker]);
      }
      await this.pass(10 * MINUTE_MS);
    });
    await this.pass(2 * DAY_MS);
  }

  async pass(ms: number): Promise<void> {
    const end = Date.now() + ms;
    for (;;) {
      const due = await this.next();
      if (due.at > end) break;
      await this.moveTo(due.at);
      for (const object of due.objects) await runDurableObjectAlarm(object);
      await this.settle();
    }
    await this.moveTo(end);
  }

  /** The first one. */
  get room(): HeldRoom {
    const [room] = this.rooms;
    if (room === undefined) throw new Error("A stage has a room.");
    return room;
  }

  private get objects(): readonly DurableObjectStub[] {
    const addresses = new Set(this.rooms.flatMap((room) => [...room.addresses]));
    return [...this.rooms.map(({ name }) => roomOf(name)), ...[...addresses].map(limiterOf)];
  }

  /** When the next alarm is to ring, and whose; Infinity where none is set. */
  private async next(): Promise<{ readonly at: number; readonly objects: readonly DurableObjectStub[] }> {
    let next: { at: number; objects: DurableObjectStub[] } = { at: Infinity, objects: [] };
    for (const object of this.objects) {
      const at = (await this.alarmOf(object)) ?? Infinity;
      if (at < next.at) next = { at, objects: [] };
      if (at === next.at) next.objects.push(object);
    }
    return next;
  }

  private async alarmOf(object: DurableObjectStub): Promise<number | null> {
    const id = object.id.toString();
    if (!this.meter.awake.has(id)) return this.alarms.get(id) ?? null;
    return runInDurableObject(object, (_object, { storage }) => storage.getAlarm());
  }

  /** Objects that had nothing to do by then for long enough have slept. */
  private async moveTo(at: number): Promise<void> {
    for (const object of this.objects) {
      const id = object.id.toString();
      const heardAt = this.meter.awake.get(id);
      if (heardAt === undefined || at - heardAt < SLEEPS_AFTER_MS) continue;
      await this.settle();
      this.alarms.set(id, await this.alarmOf(object));
      this.meter.awake.delete(id);
      await evictDurableObject(object, { webSockets: "hibernate" });
    }
    passTime(Math.max(0, at - Date.now()));
  }

  /** Returns when a room has heard what was done in it, and nothing is under way. */
  async heard(room = this.room): Promise<void> {
    await room.answered();
    await this.meter.rest();
    await room.settle();
    await this.settle();
  }

  /** Returns when nothing is under way in what is awake. */
  private async settle(): Promise<void> {
    await this.meter.rest();
    for (const room of this.rooms) {
      const isAwake = this.meter.awake.has(roomOf(room.name).id.toString());
      if (isAwake) await room.settle();
    }
    await this.meter.rest();
  }
}

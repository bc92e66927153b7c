// What the platform does to a room, as scenes that are played twice: on the simulation's model of it, and on workerd. Where the
// model were kinder than the platform, it would prove what is not so.
import { expect, test } from "vitest";
import { Membership } from "../../src/room/membership.ts";

/** A socket, from the client's side. */
interface Line {
  readonly send: (text: string) => void;
  readonly leave: () => void;
}

/** One room on a platform. */
export interface Stage {
  readonly connect: (onText: (text: string) => void, onClose: (code: number) => void) => Promise<Line>;
  /** Returns when nothing is under way any more, and windows are over. */
  readonly settle: () => Promise<void>;
  /** The idle room loses its memory; sockets and attachments stay. */
  readonly sleep: () => Promise<void>;
  /** The object dies, and every socket with it. */
  readonly crash: () => Promise<void>;
  /** What is kept of the socket that came last is this from now on. */
  readonly attach: (value: unknown) => Promise<void>;
  /** The alarm rings, whenever it was to. */
  readonly ring: () => Promise<void>;
  /** From now on `storage.sync` resolves no more. */
  readonly holdSync: () => Promise<void>;
  /** Texts in the log. */
  readonly stored: () => Promise<readonly string[]>;
}

/** As much of it as any platform can play. */
export type Scene = Pick<Stage, "connect" | "settle" | "sleep" | "stored">;

/** `perform` gives each scene a room of its own; the roster's bound is ROSTER_MAX. */
export function platformContract(perform: (scene: (stage: Stage) => Promise<void>) => Promise<void>): void {
  const scene = (name: string, play: (stage: Stage) => Promise<void>): void =>
    test(name, () => perform(play));

  scene(
    "[P9] [D8] of sockets that closed while the room slept it finds none, and rosters are right after all",
    async (stage) => {
      const [ann, bob, cat, dan] = await enter(stage, "ann", "bob", "cat", "dan");
      await stage.sleep();
      const wakes = watchWakes();
      bob.leave();
      cat.leave();
      await stage.settle();
      // The first close wakes the room. Of the other one, which it is to hear next, it does not know either.
      expect(wakes()).toEqual([["ann", "dan"]]);
      for (const one of [ann, dan]) expect(one.roster).toEqual(["ann", "dan"]);
    },
  );

  scene(
    "[C26] a socket of whose attachment the version is unknown is closed at the wake with 4007",
    async (stage) => {
      const [ann, bob] = await enter(stage, "ann", "bob");
      await stage.attach({ v: 99 });
      await stage.sleep();
      ann.say("who is here?");
      await stage.settle();
      expect([ann.closed, bob.closed]).toEqual([null, 4007]);
      expect(ann.heard).toEqual(["ann: who is here?"]);
      expect(ann.roster).toEqual(["ann"]);
    },
  );

  scene("[D9] a socket that the room has closed itself is no stranger when it wakes", async (stage) => {
    const [ann, bob] = await enter(stage, "ann", "bob");
    await Guest.enter(stage, "bob");
    expect(bob.closed).toBe(4001);
    await stage.sleep();
    ann.say("one bob?");
    await stage.settle();
    expect(ann.heard).toEqual(["ann: one bob?"]);
    expect([ann.roster, ann.wholeRosters]).toEqual([["ann", "bob"], 0]);
  });

  scene("[D9] an alarm that rings twice, and one that rings for nothing, change nothing", async (stage) => {
    const [ann, bob] = await enter(stage, "ann", "bob");
    for (let i = 0; i < 2; i++) await stage.ring();
    await stage.settle();
    await stage.sleep();
    const wakes = watchWakes();
    for (let i = 0; i < 2; i++) await stage.ring();
    await stage.settle();
    // Woken by the first, once.
    expect(wakes()).toEqual([["ann", "bob"]]);
    ann.say("still here");
    await stage.settle();
    expect([ann.heard, bob.heard]).toEqual([["ann: still here"], ["ann: still here"]]);
    expect([ann.closed, bob.closed]).toEqual([null, null]);
  });

  scene(
    "[D5] [D6] where storage.sync does not resolve no other flush begins; after a crash nothing is lost",
    async (stage) => {
      const [ann, bob] = await enter(stage, "ann", "bob");
      await stage.holdSync();
      ann.say("first");
      await stage.settle();
      ann.say("second");
      await stage.settle();
      expect(await stage.stored()).toEqual(["first"]);
      expect(ann.heard).toEqual(["ann: first"]);
      await stage.crash();
      await stage.settle();
      expect([ann.closed, bob.closed]).toEqual([1006, 1006]);
      expect(await stage.stored()).toEqual(["first"]);
      const again = await Guest.enter(stage, "ann", 1);
      again.say("second");
      await stage.settle();
      expect(again.heard.slice(-1)).toEqual(["ann: second"]);
    },
  );

  scene(
    "[D10] what is sent to a peer that has gone, and is not heard to, reaches the others",
    async (stage) => {
      const [ann, bob, dan, cat] = await enter(stage, "ann", "bob", "dan", "cat");
      // In one go. The model sends to bob, whose close it has not heard; workerd hears that first, and sends to dan, whose socket closes.
      bob.leave();
      ann.say("is bob here?");
      dan.leave();
      await stage.settle();
      expect([ann.heard, cat.heard]).toEqual([["ann: is bob here?"], ["ann: is bob here?"]]);
      for (const one of [ann, cat]) expect(one.roster).toEqual(["ann", "cat"]);
    },
  );
}

/** The same for a constructor that throws. It is played on a process of its own: in a test's isolate objects are made differently. */
export async function playFailingStart(stage: Scene, breakStart: () => void): Promise<void> {
  const [ann, bob] = await enter(stage, "ann", "bob");
  ann.say("first");
  await stage.settle();
  await stage.sleep();
  breakStart();
  ann.say("into nothing");
  await stage.settle();
  expect([ann.closed, bob.closed]).toEqual([1006, 1006]);
  const again = await Guest.enter(stage, "ann", 1);
  again.say("second");
  await stage.settle();
  expect(again.roster).toEqual(["ann"]);
  expect(await stage.stored()).toEqual(["first", "second"]);
}

/** Who was found by the room at each wake from now on, by name. The objects run where the test does. */
function watchWakes(): () => readonly (readonly string[])[] {
  const wakes: string[][] = [];
  const restore: Membership["restore"] = Reflect.get(Membership.prototype, "restore");
  Membership.prototype.restore = function (this: Membership, sessions, isLess): void {
    wakes.push(sessions.flatMap(({ joined }) => joined?.name ?? []).toSorted());
    Reflect.apply(restore, this, [sessions, isLess]);
  };
  return () => {
    Membership.prototype.restore = restore;
    return wakes;
  };
}

async function enter<Names extends readonly string[]>(
  stage: Scene,
  ...names: Names
): Promise<{ [Index in keyof Names]: Guest }> {
  const guests: Guest[] = [];
  for (const name of names) guests.push(await Guest.enter(stage, name));
  for (const guest of guests) guest.heard.length = 0;
  return guests as { [Index in keyof Names]: Guest };
}

interface Frame {
  readonly welcome?: { readonly roster?: readonly Named[] };
  readonly events?: readonly { readonly name: string; readonly message: string }[];
  readonly presence?: {
    readonly joined?: readonly Named[];
    readonly left?: readonly string[];
    readonly roster?: readonly Named[];
  };
}
type Named = { readonly connection: string; readonly name: string };

/** Somebody of the delivery protocol, who keeps what they hear, and does nothing of their own. */
class Guest {
  readonly heard: string[] = [];
  closed: number | null = null;
  /** How often it was told all who are here, after the welcome. */
  wholeRosters = 0;
  private readonly members = new Map<string, string>();
  private counter: number;
  private line: Line | null = null;

  private constructor(counter: number) {
    this.counter = counter;
  }

  /** `counter` is how many messages of theirs are stored. */
  static async enter(stage: Scene, name: string, counter = 0): Promise<Guest> {
    const guest = new Guest(counter);
    guest.line = await stage.connect(
      (text) => guest.hear(text),
      (code) => (guest.closed = code),
    );
    guest.line.send(JSON.stringify({ name, protocol: 1, key: `a secret key of ${name}`, client: "tab" }));
    await stage.settle();
    return guest;
  }

  get roster(): string[] {
    return [...this.members.values()].toSorted();
  }

  say(message: string): void {
    this.counter += 1;
    this.sayAgain(message);
  }

  sayAgain(message: string): void {
    this.line?.send(JSON.stringify({ message, counter: this.counter }));
  }

  ping(): void {
    this.line?.send("ping");
  }

  leave(): void {
    this.line?.leave();
  }

  private hear(text: string): void {
    if (text === "pong") {
      this.heard.push(text);
      return;
    }
    const { welcome, events = [], presence } = JSON.parse(text) as Frame;
    for (const { name, message } of events) this.heard.push(`${name}: ${message}`);
    const whole = welcome?.roster ?? presence?.roster;
    if (presence?.roster !== undefined) this.wholeRosters += 1;
    if (whole !== undefined) this.members.clear();
    for (const { connection, name } of [...(whole ?? []), ...(presence?.joined ?? [])])
      this.members.set(connection, name);
    for (const connection of presence?.left ?? []) this.members.delete(connection);
  }
}

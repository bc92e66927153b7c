// That somebody types, as a room tells it: how often, whom, and that it leaves no trace. Judged by a model that knows of no sleep.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { RoomEffect } from "../../src/room/effects.ts";
import { fromAttachment, toAttachment } from "../../src/room/session.ts";
import { DELIVERY, of, RoomMachine, sent } from "../support/room-machine.ts";
import { prove } from "../support/prove.ts";

/** The platform leaves an idle object its memory for so long, and a room knows of typing for a shorter time. */
const ASLEEP_MS = 10_000;
const PERIOD_MS = 3_000;
const MOST = 20;

type Kind = "delivery" | "classic" | "nameless";
type Step =
  | { readonly do: "type" | "talk" | "leave"; readonly who: number }
  | { readonly do: "come"; readonly kind: Kind }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "sleep" };

interface Scene {
  readonly crowd: number;
  readonly steps: readonly Step[];
}

const who = fc.nat(40);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("type" as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("talk" as const, "leave" as const), who }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("come" as const),
      kind: fc.constantFrom<Kind>("delivery", "delivery", "classic", "nameless"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: fc.oneof(fc.constantFrom(1, 2_999, 3_000, 3_001), fc.integer({ min: 0, max: 6_000 })),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "sleep" as const }) },
);
const scenes: fc.Arbitrary<Scene> = fc.record({
  crowd: fc.constantFrom(0, 1, 2, 18, 19, 20, 22),
  steps: fc.array(step, { minLength: 1, maxLength: 60 }),
});

/** A room, and what is known of its connections: their protocol, and when the others were last told that they type. */
class Town {
  readonly machine = new RoomMachine();
  readonly kinds = new Map<string, Kind>();
  readonly toldAt = new Map<string, number>();
  private comers = 0;

  come(kind: Kind): void {
    const name = `c${++this.comers}`;
    this.kinds.set(name, kind);
    if (kind === "nameless") this.machine.accept(name, name);
    else if (kind === "classic") this.machine.join(name, { name }, name);
    else this.machine.join(name, { ...DELIVERY, name, key: name.padStart(16, "k") }, name);
    // Joins and quits are told by themselves, so that nothing else waits when somebody types.
    this.machine.flush();
  }

  leave(name: string): void {
    this.machine.close(name);
    this.kinds.delete(name);
    this.machine.flush();
  }

  sleep(): void {
    const sessions = [...this.machine.room.sessions.values()];
    this.machine.now += ASLEEP_MS;
    this.machine.restart(sessions.flatMap((session) => fromAttachment(toAttachment(session)) ?? []));
  }

  get members(): string[] {
    return [...this.kinds].filter(([, kind]) => kind !== "nameless").map(([name]) => name);
  }

  of(kind: Kind): string[] {
    return [...this.kinds].filter(([, one]) => one === kind).map(([name]) => name);
  }
}

/** Who was told that `name` types; throws where anything else was said or done. */
function toldBy(name: string, effects: readonly RoomEffect[]): string[] {
  expect(effects.filter(({ type }) => type !== "send")).toEqual([]);
  return sent(effects).map(([to, frame]) => {
    expect(frame).toEqual({
      typing: { connection: name, author: `hash of ${name.padStart(16, "k")}`, name },
    });
    return to;
  });
}

test("[P19] [D7] [D9] typing is told to the other delivery members and to nobody else, once in 3 s, up to 20 members, and leaves no trace", async () => {
  await prove("[P19] typing", {
    runs: 1_000,
    states: [
      "told",
      "too soon",
      "too many",
      "beside classic members",
      "beside nameless ones",
      "after a sleep",
      "alone",
    ],
    arbitrary: scenes,
    holds: ({ crowd, steps }, reached) => {
      const town = new Town();
      const { machine, toldAt } = town;
      for (let i = 0; i < crowd; i++) town.come("delivery");
      let hasSlept = false;
      for (const step of steps) {
        const people = [...town.kinds.keys()];
        const name = "who" in step ? (people[step.who % Math.max(1, people.length)] ?? "") : "";
        if (step.do === "come") town.come(step.kind);
        if (step.do === "wait") machine.now += step.ms;
        if (step.do === "leave" && name !== "") town.leave(name);
        if (step.do === "talk" && name !== "") machine.say(name, { message: "hi", counter: 1 });
        if (step.do === "sleep") town.sleep();
        hasSlept ||= step.do === "sleep";
        if (step.do !== "type" || town.kinds.get(name) !== "delivery") continue;
        const { head } = machine.log;
        const isSoon = machine.now - (toldAt.get(name) ?? -Infinity) < PERIOD_MS;
        const isCrowd = town.members.length > MOST;
        const others = town.of("delivery").filter((other) => other !== name);
        const told = toldBy(name, machine.say(name, { typing: true }));
        expect(told.toSorted()).toEqual(isSoon || isCrowd ? [] : others.toSorted());
        if (!isSoon) toldAt.set(name, machine.now);
        expect(machine.log.head).toBe(head);
        expect(machine.room.isQuiet).toBe(true);
        reached.add("told", told.length);
        if (isCrowd) reached.add("too many");
        else if (isSoon) reached.add("too soon");
        else if (others.length === 0) reached.add("alone");
        else if (hasSlept) reached.add("after a sleep");
        if (told.length > 0 && town.of("classic").length > 0) reached.add("beside classic members");
        if (told.length > 0 && town.of("nameless").length > 0) reached.add("beside nameless ones");
      }
      expect(of("close", machine.flush()).length).toBe(0);
    },
  });
});

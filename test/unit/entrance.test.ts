// Where frames of those who have not joined wait: in their order, a few a turn, and no more than fit.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Arrival, GROUP, Entrance, MAX_AT_ENTRANCE } from "../../src/room/entrance.ts";
import { prove } from "../support/prove.ts";

const arrival = (connection: string, frame: Arrival["frame"] = "hi"): Arrival => ({ connection, frame });

function entranceOf(...arrivals: readonly Arrival[]): Entrance {
  const entrance = new Entrance();
  for (const one of arrivals) entrance.add(one);
  return entrance;
}

describe("the entrance", () => {
  test("[C18] a turn takes the oldest, and only so many", () => {
    const all = Array.from({ length: GROUP + 2 }, (_, i) => arrival(`c${i}`));
    const entrance = entranceOf(...all);
    expect(entrance.take()).toEqual(all.slice(0, GROUP));
    expect(entrance.has("c0")).toBe(false);
    expect(entrance.has(`c${GROUP}`)).toBe(true);
    expect(entrance.take()).toEqual(all.slice(GROUP));
    expect(entrance.take()).toEqual([]);
  });

  test("[C18] of a connection that is gone all is taken, and the others stay in their order", () => {
    const entrance = entranceOf(arrival("a", "1"), arrival("b", "2"), arrival("a", "3"), arrival("c", "4"));
    expect(entrance.takeOf("nobody")).toEqual([]);
    expect(entrance.takeOf("a")).toEqual([arrival("a", "1"), arrival("a", "3")]);
    expect(entrance.has("a")).toBe(false);
    expect(entrance.take()).toEqual([arrival("b", "2"), arrival("c", "4")]);
  });

  test("[D10] [C18] connections take turns, so that a name waits behind no flood of another one", () => {
    const flood = Array.from({ length: 3 * GROUP }, (_, i) => arrival("eve", `${i}`));
    const entrance = entranceOf(...flood, arrival("ann"), arrival("bob"));
    expect(entrance.take()).toEqual([flood[0], arrival("ann"), arrival("bob")].slice(0, GROUP));
    expect(entrance.take()).toEqual(flood.slice(1, 1 + GROUP));
  });

  test("[D11] it is full when one frame more waits than may, until a turn has taken some", () => {
    const entrance = entranceOf(
      ...Array.from({ length: MAX_AT_ENTRANCE.frames }, (_, i) => arrival(`c${i}`)),
    );
    expect(entrance.isFull).toBe(false);
    entrance.add(arrival("last"));
    expect(entrance.isFull).toBe(true);
    entrance.take();
    expect(entrance.isFull).toBe(false);
  });

  test.each([
    { what: "text", frame: (units: number): string => "x".repeat(units) },
    { what: "bytes", frame: (units: number): ArrayBuffer => new ArrayBuffer(units) },
  ])("[D11] it is full when one unit of $what more waits than may, until that is gone", ({ frame }) => {
    const entrance = entranceOf(arrival("a", frame(MAX_AT_ENTRANCE.units - 1)), arrival("b", frame(1)));
    expect(entrance.isFull).toBe(false);
    entrance.add(arrival("c", frame(1)));
    expect(entrance.isFull).toBe(true);
    entrance.takeOf("b");
    expect(entrance.isFull).toBe(false);
    entrance.add(arrival("d", frame(1)));
    expect(entrance.isFull).toBe(true);
    entrance.take();
    expect(entrance.isFull).toBe(false);
  });
});

/** Frames by connection, in their order. */
type Notes = Map<string, Arrival["frame"][]>;

const note = (notes: Notes, { connection, frame }: Arrival): void =>
  void notes.set(connection, [...(notes.get(connection) ?? []), frame]);

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant("come"), who: fc.nat(3) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("turn"), who: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("go"), who: fc.nat(3) }) },
  ),
  { minLength: 5, maxLength: 60 },
);

test("[C18] whatever comes and goes when, each frame is heard once, and those of a connection in their order", async () => {
  await prove("[C18] the entrance:", {
    runs: 300,
    states: ["frames", "stood behind one of their own", "gone while they waited"],
    arbitrary: steps,
    holds: (all, reached) => {
      const entrance = new Entrance();
      const said: Notes = new Map();
      const heard: Notes = new Map();
      const hear = (group: readonly Arrival[]): void => group.forEach((one) => note(heard, one));
      for (const [i, { do: what, who }] of all.entries()) {
        const connection = `c${who}`;
        if (what === "come") {
          if (entrance.has(connection)) reached.add("stood behind one of their own");
          reached.add("frames");
          note(said, arrival(connection, `${i}`));
          entrance.add(arrival(connection, `${i}`));
        } else if (what === "turn") hear(entrance.take());
        else {
          const rest = entrance.takeOf(connection);
          if (rest.length > 0) reached.add("gone while they waited");
          hear(rest);
          expect(heard.get(connection)).toEqual(said.get(connection));
        }
      }
      for (let group = entrance.take(); group.length > 0; group = entrance.take()) hear(group);
      expect(heard).toEqual(said);
    },
  });
});

// The search that explores: on a graph that can be drawn, and on a world of which everything is known.
import { expect, test } from "vitest";
import { canon } from "../explore/canon.ts";
import { Explorer, type Path, type Successor } from "../explore/expand.ts";
import type { Scope } from "../explore/scope.ts";
import { S1 } from "../explore/scopes/s1.ts";
import { type Outcome, search } from "../explore/search.ts";
import { World } from "../explore/world.ts";

const ALL = { states: 10_000, until: Infinity, leaps: false };

/** 0 leads to 1 and 2, both of these to 3, 3 to 4 and back to 0. `bad` is wrong. */
const GRAPH: readonly (readonly number[])[] = [[1, 2], [3], [3], [4, 0], []];
const at = (path: Path): number => path.reduce((node, choice) => GRAPH[node]?.[choice] ?? -1, 0);
const graph = (bad: number): Promise<Outcome> => {
  const look = (node: number): Successor => ({
    digest: node,
    isNew: true,
    traits: node > 2 ? ["far"] : [],
    complaints: node === bad ? ["[D1] wrong"] : [],
  });
  const expand = async (paths: readonly Path[]) =>
    paths.map((path) => (GRAPH[at(path)] ?? []).map((node) => [look(node)]));
  return search(look(0), expand, ALL);
};

test("equal states are visited once, and a graph without more of them is exhausted", async () => {
  const { states, transitions, depth, isExhausted, traits, found } = await graph(-1);
  expect({ states, transitions, depth, isExhausted, found }).toEqual({
    states: 5,
    transitions: 6,
    depth: 3,
    isExhausted: true,
    found: null,
  });
  expect([...traits]).toEqual([["far", 2]]);
});

test("what is wrong is found on a shortest path, and ends the search", async () => {
  const { found, depth, isExhausted } = await graph(4);
  expect({ found, depth, isExhausted }).toEqual({
    found: { path: [0, 0, 0], complaints: ["[D1] wrong"] },
    depth: 3,
    isExhausted: false,
  });
});

test("a start that is wrong is a path of no steps", async () => {
  expect((await graph(0)).found).toEqual({ path: [], complaints: ["[D1] wrong"] });
});

/** Small enough to be tried in every way. */
const SMALL: Scope = {
  ...S1,
  people: [
    { room: 0, address: "A", protocol: "delivery", isHere: true, says: 1 },
    { room: 0, address: "B", protocol: "delivery", isHere: true, says: 0 },
  ],
  faults: { crash: 1 },
};

function explore(scope: Scope, leaps: boolean): Promise<Outcome> {
  const explorer = new Explorer(scope);
  const expand = async (paths: readonly Path[]) => paths.map((path) => explorer.expand(path, leaps));
  return search(explorer.start(), expand, { ...ALL, leaps });
}

test("leaps find the same states, and as many steps", async () => {
  const { states, transitions, isExhausted } = await explore(SMALL, false);
  expect(isExhausted).toBe(true);
  expect(await explore(SMALL, true)).toMatchObject({ states, transitions, isExhausted });
});

test("the reduction tries less, and comes to rest in all states in which it can come to rest", async () => {
  const reduced = await explore(SMALL, true);
  const whole = await explore({ ...SMALL, isUnreduced: true }, true);
  expect([reduced.isExhausted, whole.isExhausted]).toEqual([true, true]);
  expect(reduced.states).toBeLessThan(whole.states);
  expect(reduced.traits.get("at rest")).toBe(whole.traits.get("at rest"));
  expect(reduced.traits.get("at rest")).toBeGreaterThan(5);
});

/** Somebody who was cut off, and came back, so often. */
function cutOff(times: number): World {
  const world = new World({ ...SMALL, people: SMALL.people.slice(0, 1) });
  for (let i = 0; i < times; i++) {
    world.people[0]?.cut("both");
    world.settle();
    // What was told on the way is part of a state.
    world.histories[0]?.splice(0);
  }
  return world;
}

test("worlds that differ in names that were made up have one text; worlds that differ in what was said have not", () => {
  const [once, twice, more] = [cutOff(1), cutOff(2), cutOff(2)];
  expect(twice.people[0]?.counts.connects).toBe(3);
  expect(shorn(twice)).toBe(shorn(once));
  more.people[0]?.say();
  expect(shorn(more)).not.toBe(shorn(once));
});

/** Without how often it was tried to come back, how many joined since the room woke, and what that cost. */
const shorn = (world: World): string =>
  canon(world)
    .map((token) => (typeof token === "number" ? token : token.text))
    .join(" ")
    .replaceAll(/attempt \d+|place \d+|debts \d+ \d+|join \d+/g, "");

// Not sampled: all there is. The small scopes of `npm run explore`, and a short version of each large one, explored whole.
import { expect, test } from "vitest";
import { Explorer } from "../explore/expand.ts";
import { SHORT_SCOPES } from "../explore/scopes.ts";
import { search } from "../explore/search.ts";
import { World } from "../explore/world.ts";

/** Some times what any of them has: more means that something grows without an end. */
const MOST_STATES = 20_000;

test.each(SHORT_SCOPES)(
  "[D1] [D2] [D3] [D4] [D5] [D6] [D7] [D8] [L1] [L2] [L3] [L9] every order of steps holds every law in $name: $what",
  async (scope) => {
    expect(new World(scope).missed, "what was to happen before the exploration begins").toEqual([]);
    const explorer = new Explorer(scope);
    const bounds = { states: MOST_STATES, until: Infinity, leaps: true };
    const outcome = await search(
      explorer.start(),
      async (paths, leaps) => paths.map((path) => explorer.expand(path, leaps)),
      bounds,
    );
    const { found, states, depth, isExhausted, traits } = outcome;
    const reached = [...traits].map(([trait, count]) => `${trait} ${count}`).join(", ");
    console.log(`${scope.name}: ${states} states, depth ${depth}; reached: ${reached}`);
    const trace = found === null ? [] : [...explorer.tell(found.path), ...found.complaints];
    expect(trace).toEqual([]);
    expect(isExhausted, `all is tried within ${MOST_STATES} states`).toBe(true);
    const missed = scope.reaches.filter((trait) => !traits.has(trait));
    expect(missed, "what the scope is to reach, and never did").toEqual([]);
  },
);

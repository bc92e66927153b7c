// Not sampled: all there is. The short version of each scope of `npm run explore`, explored whole.
import { expect, test } from "vitest";
import { Explorer } from "../explore/expand.ts";
import { SHORT_SCOPES } from "../explore/scopes.ts";
import { search } from "../explore/search.ts";

/** Some times what any of them has: more means that something grows without an end. */
const MOST_STATES = 20_000;

test.each(SHORT_SCOPES)(
  "[D1] [D2] [D3] [D4] [D5] [D6] [D7] [D8] [L1] [L9] every order of steps holds every law in $name: $what",
  async (scope) => {
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

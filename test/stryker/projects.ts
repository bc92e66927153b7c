// Some of the project's test projects, set up for mutation runs: quick, and the same every time.
import { defineConfig, type TestProjectInlineConfiguration, type ViteUserConfig } from "vitest/config";
import config from "../../vitest.config.ts";

/**
 * They take seconds, most of them to search by chance. What they are worth is shown by `npm run test:mutants`. What is counted
 * over all objects (cost.test.ts) would be others' too, where files share a module graph.
 */
const LEFT_OUT = [
  "test/property/simulation.test.ts",
  "test/unit/swarm.test.ts",
  "test/unit/theorem.test.ts",
  "test/unit/timeline.test.ts",
  "test/integration/workerd/cost.test.ts",
  ...["hibernation", "history", "limit-laws", "sockets"].map(
    (name) => `test/integration/workerd/${name}.test.ts`,
  ),
];

/** The Vitest configuration of a mutation run over these projects, quick ones first: the first test that fails ends it. */
export function projectsOf(...names: readonly string[]): ViteUserConfig {
  const all = (config.test?.projects ?? []) as TestProjectInlineConfiguration[];
  const projects = names.flatMap((name, groupOrder) =>
    all
      .filter(({ test }) => test?.name === name)
      .map((project) => ({
        ...project,
        test: {
          ...project.test,
          exclude: LEFT_OUT,
          // One module graph for all files of a run: it starts in half the time.
          isolate: false,
          sequence: { groupOrder },
          // A mutant that keeps the room silent is found out sooner.
          provide: { patienceMs: 3_000 },
          setupFiles: name === "property" ? ["test/stryker/one-seed.ts"] : [],
        },
      })),
  );
  return defineConfig({ test: { projects } });
}

import { expect, test } from "vitest";
import { judge, STATES } from "../simulation/judge.ts";
import { scenarios, type Step } from "../simulation/scenario.ts";
import { Simulation } from "../simulation/simulation.ts";
import { prove } from "../support/prove.ts";

test("[D1] [D2] [D3] [D4] [D5] [D6] [D7] [D8] [D11] whatever breaks, all clients agree on one log, and nothing is lost, doubled or reordered", async () => {
  await prove("[D1-D8] simulation", {
    runs: 1_500,
    keepAs: "simulation",
    arbitrary: scenarios,
    states: STATES,
    holds: (scenario, reached) => {
      const complaints = judge(new Simulation(scenario).run(), reached);
      if (complaints.length > 0) throw new Error(complaints.join("\n"));
    },
  });
});

const withLimiter = (step: Step): Step =>
  step.do === "limiter" ? { ...step, fault: null, latency: Math.min(step.latency, 450) } : step;

test("[D9] the same scenario with a room that sleeps whenever it can, and with one that never does, gives everybody the same frames", async () => {
  await prove("[D9] simulation", {
    runs: 500,
    keepAs: "hibernation",
    // While a limiter is silent, a room remembers an address's allowance for a period at most (L9): evicted sooner than
    // the platform would, it forgets. Everything else must not show.
    arbitrary: scenarios.map((scenario) => ({ ...scenario, steps: scenario.steps.map(withLimiter) })),
    states: ["evictions", "frames", "resumed", "wakes by a close"],
    holds: (scenario, reached) => {
      const withoutSleep = scenario.steps.filter((step) => step.do !== "hibernate");
      const awake = new Simulation({ ...scenario, isEager: false, steps: withoutSleep }).run();
      const asleep = new Simulation({ ...scenario, isEager: true }).run();
      for (const [i, { transcript }] of asleep.people.entries()) {
        expect(transcript).toEqual(awake.people[i]?.transcript);
        reached.add("frames", transcript.length);
        reached.add("resumed", transcript.filter((frame) => frame.includes('"resumed":true')).length);
      }
      for (const { counts } of asleep.rooms) {
        reached.add("evictions", counts.evictions);
        reached.add("wakes by a close", counts.closeWakes);
      }
      expect(awake.rooms.map(({ counts }) => counts.evictions)).toEqual([0, 0]);
    },
  });
});

import { expect, test } from "vitest";
import { judge, STATES } from "../simulation/judge.ts";
import { scenarios } from "../simulation/scenario.ts";
import { Simulation } from "../simulation/simulation.ts";
import { prove } from "../support/prove.ts";

test("[D1] [D2] [D3] [D4] [D5] [D6] [D7] [D8] [D11] [L1] [L6] [L9] whatever breaks, all clients agree on one log, nothing is lost, doubled or reordered, and nobody gets more than the rate", async () => {
  await prove("[D1-D8] [L1] simulation", {
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

test("[D9] the same scenario with a room that sleeps whenever it can, and with one that never does, gives everybody the same frames", async () => {
  await prove("[D9] simulation", {
    runs: 500,
    keepAs: "hibernation",
    arbitrary: scenarios,
    states: ["evictions", "frames", "resumed", "wakes by a close", "flushes with several messages"],
    holds: (scenario, reached) => {
      // By order a room sleeps also where it has to ask a limiter again, and time passes. And a close is heard at once: of
      // several that are on their way a waking room knows none, but sends to the others until it hears of each, and what
      // is sent to nobody takes time as well. That rosters are right then is judged above (D8). All else must not show.
      // And who never sleeps never fails to wake.
      const steps = scenario.steps.filter(
        (step) => step.do !== "hibernate" && (step.do !== "disk" || step.fault !== "start"),
      );
      const awake = new Simulation({ ...scenario, isEager: false, steps }, 0).run();
      const asleep = new Simulation({ ...scenario, isEager: true, steps }, 0).run();
      for (const [i, { transcript }] of asleep.people.entries()) {
        expect(transcript).toEqual(awake.people[i]?.transcript);
        reached.add("frames", transcript.length);
        reached.add("resumed", transcript.filter((frame) => frame.includes('"resumed":true')).length);
      }
      for (const { counts } of asleep.rooms) {
        reached.add("evictions", counts.evictions);
        reached.add("wakes by a close", counts.closeWakes);
        reached.add("flushes with several messages", counts.fullAppends);
      }
      expect(awake.rooms.map(({ counts }) => counts.evictions)).toEqual([0, 0, 0]);
    },
  });
});

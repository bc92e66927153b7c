import { expect, test } from "vitest";
import { judge, STATES } from "../simulation/judge.ts";
import type { Scenario } from "../simulation/scenario.ts";
import { Simulation } from "../simulation/simulation.ts";
import { scenarios } from "../simulation/swarm.ts";
import { simulationPage, traceOf } from "../simulation/traced.ts";
import { prove } from "../support/prove.ts";
import { timelinePage } from "../timeline/page.ts";

test("[D1] [D2] [D3] [D4] [D5] [D6] [D7] [D8] [D11] [L1] [L6] [L9] whatever breaks, all clients agree on one log, nothing is lost, doubled or reordered, and nobody gets more than the rate", async () => {
  await prove("[D1-D8] [L1] simulation", {
    runs: 1_500,
    keepAs: "simulation",
    arbitrary: scenarios,
    draw: (scenario) => simulationPage(scenario),
    states: STATES,
    holds: (scenario, reached) => {
      const complaints = judge(new Simulation(scenario).run(), reached);
      if (complaints.length > 0) throw new Error(complaints.join("\n"));
    },
  });
});

/** The same scenario twice: with a room that never sleeps, and with one that sleeps whenever it can. */
function twins(scenario: Scenario): [awake: Simulation, asleep: Simulation] {
  // Who never sleeps never fails to wake.
  const steps = scenario.steps.filter(
    (step) => step.do !== "hibernate" && (step.do !== "disk" || step.fault !== "start"),
  );
  return [
    new Simulation({ ...scenario, isEager: false, steps }, 0),
    new Simulation({ ...scenario, isEager: true, steps }, 0),
  ];
}

/** The one that sleeps, with the first frame of each person that differs. */
function drawSleep(scenario: Scenario): string {
  const [awake, asleep] = twins(scenario);
  const trace = traceOf(asleep);
  asleep.run();
  awake.run();
  const complaints = asleep.people.flatMap(({ name, transcript }, i) => {
    const wanted = awake.people[i]?.transcript ?? [];
    const n = transcript.findIndex((frame, at) => frame !== wanted[at]);
    if (n < 0 && transcript.length >= wanted.length) return [];
    const at = n < 0 ? transcript.length : n;
    return [
      `[D9] ${name} hears ${transcript[at] ?? "nothing"}, and without the sleep ${wanted[at] ?? "nothing"}`,
    ];
  });
  return timelinePage([], complaints, {
    title: "A room that sleeps",
    trace,
    replay: [JSON.stringify(scenario)],
  });
}

test("[D9] the same scenario with a room that sleeps whenever it can, and with one that never does, gives everybody the same frames", async () => {
  await prove("[D9] simulation", {
    runs: 500,
    keepAs: "hibernation",
    arbitrary: scenarios,
    draw: drawSleep,
    states: ["evictions", "frames", "resumed", "wakes by a close", "flushes with several messages"],
    holds: (scenario, reached) => {
      // By order a room sleeps also where it has to ask a limiter again, and time passes. And a close is heard at once: of
      // several that are on their way a waking room knows none, but sends to the others until it hears of each, and what
      // is sent to nobody takes time as well. That rosters are right then is judged above (D8). All else must not show.
      const [awake, asleep] = twins(scenario);
      awake.run();
      asleep.run();
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

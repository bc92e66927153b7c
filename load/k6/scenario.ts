// What all load scripts share: options, the run's name, the virtual user's life, and the result.
import exec from "k6/execution";
import type { Options } from "k6/options";
import { tellCeiling } from "../lib/ceiling.ts";
import { longestRunOf, planOf, type Role, roleOf, virtualUsersOf } from "../lib/crowd.ts";
import { thresholdsOf } from "../lib/metric-names.ts";
import { readParameters, type Scenario } from "../lib/parameters.ts";
import { type Metrics, tallyOf, tell } from "../lib/summary.ts";
import { judge } from "../lib/validity.ts";
import { handOver } from "./metrics.ts";
import { fillRooms, sendPlan } from "./sender.ts";
import { VirtualUser } from "./virtual-user.ts";
import { until } from "./wait.ts";

/** What setup() gives to all virtual users; under k6-operator, to those of all instances. */
export interface Start {
  readonly run: string;
}

export type Roles = Readonly<Record<Role, (user: VirtualUser) => Promise<void>>>;

/** Senders join, wait for the others, and follow the plan; receivers join and listen to the end. */
const STANDARD: Roles = {
  send: async (user) => {
    await fillRooms(user);
    await sendPlan(user);
    await user.over();
  },
  receive: async (user) => {
    await user.join(user.members, user.parameters.joinRate);
    await user.over();
  },
  abuse: async () => {},
};

/** Waits until the measured window begins, as the stamps of the messages say. */
export async function begun({ recorder, clock, parameters }: VirtualUser): Promise<void> {
  const isOn = (): boolean => recorder.windowStart !== null && clock.now() >= recorder.windowStart;
  await until(isOn, (parameters.joinTimeoutS + parameters.warmupS) * 2_000);
}

/** Reads the parameters, and gives a script what it exports. `roles` is what the scenario does otherwise than STANDARD. */
export function scenario(name: Scenario, roles: Partial<Roles> = {}) {
  const parameters = readParameters(name, __ENV);
  const plan = planOf(parameters);
  const options: Options = {
    scenarios: {
      [name]: {
        executor: "per-vu-iterations",
        vus: virtualUsersOf(parameters),
        iterations: 1,
        maxDuration: `${longestRunOf(parameters)}s`,
        gracefulStop: "5s",
      },
    },
    thresholds: thresholdsOf(parameters),
    // Others would make a time series of every room's address (K21).
    systemTags: ["status"],
  };
  const play = async ({ run }: Start): Promise<void> => {
    const id = exec.vu.idInTest;
    const user = new VirtualUser(parameters, plan, run, id);
    try {
      await { ...STANDARD, ...roles }[roleOf(parameters, id)](user);
    } catch (error) {
      user.failed(error);
    }
    await user.finish();
    handOver(user.recorder, id);
  };
  return {
    options,
    play,
    setup: (): Start => ({ run: parameters.run === "" ? Date.now().toString(36) : parameters.run }),
    handleSummary: (data: { readonly metrics: Metrics }): Record<string, string> => {
      const tally = tallyOf(parameters, data.metrics);
      const file = parameters.out === "" ? {} : { [parameters.out]: `${JSON.stringify(tally)}\n` };
      const ceiling = name === "calibrate" ? tellCeiling(tally, parameters) : "";
      return { stdout: tell(tally, judge(tally)) + ceiling, ...file };
    },
  };
}

// What this machine's generator can take in, against a null server, stored for the runs that follow.
import { ceilingOf } from "../lib/ceiling.ts";
import { readParameters } from "../lib/parameters.ts";
import { storeCalibration } from "./calibration.ts";
import { newRun } from "./request.ts";
import type { RunResult } from "./result.ts";
import { type RunRequest, runScenario } from "./run.ts";
import { saveReport } from "./save.ts";
import { whole } from "./scales.ts";

/** Up to where each protocol is tried, messages a second in a room of 100: beyond what two cores take in. */
const RATES = { classic: "2000", delivery: "5000" } as const;

/** Calibrates for the protocol asked for, or for both; the exit code. */
export async function calibrate(request: RunRequest): Promise<number> {
  const results: RunResult[] = [];
  for (const env of environmentsOf(request.env)) {
    const { result } = await runScenario({ ...request, env: { ...env, CHAT_RUN: newRun() } });
    const ceiling = ceilingOf(
      result,
      readParameters("calibrate", { ...env, CHAT_TARGET: result.target.url }),
    );
    results.push({ ...result, ceiling });
    console.log(await keep(result, ceiling, `${env.CHAT_PROTOCOL}`));
  }
  const { folder, command } = request;
  const title = "Edge Chat load: calibration";
  console.log(`Report: ${await saveReport(folder, { title, results, ladder: null, command })}`);
  return results.every(({ ceiling }) => ceiling !== null) ? 0 : 1;
}

function environmentsOf(env: RunRequest["env"]): RunRequest["env"][] {
  const { CHAT_PROTOCOL: asked = "both" } = env;
  return (asked === "both" ? ["classic", "delivery"] : [asked]).map((protocol) => ({
    CHAT_RATE: protocol === "delivery" ? RATES.delivery : RATES.classic,
    ...env,
    CHAT_PROTOCOL: protocol,
  }));
}

/** Stores it; says so in one sentence. */
async function keep(result: RunResult, ceiling: number | null, protocol: string): Promise<string> {
  if (ceiling === null)
    return `${protocol}: the generator never kept up; calibrate on a quieter machine, or with a lower --rate.`;
  const { engine, machine, pinned, started, parameters } = result;
  const sample = Number(parameters.CHAT_SAMPLE);
  await storeCalibration({ engine, machine, pinned, protocol, sample, measured: started, ceiling });
  const by = result.verdict.limitedBy === "target" ? " (the null server was the limit: it may be more)" : "";
  return `${protocol}: this generator takes in ${whole(ceiling)} deliveries/s${by}.`;
}

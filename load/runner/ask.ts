// Before a run that somebody pays for: says what it will be billed for, and asks where that is much.
import { createInterface } from "node:readline/promises";
import { membersOf, type Parameters, readParameters, type Scenario } from "../lib/parameters.ts";
import { Failure } from "../../tools/command.ts";
import { type Bill, billOf, isLarge, sayBill } from "./cost.ts";

/** The bill of `repeats` runs with these variables. */
export function billOfRun(scenario: Scenario, env: Readonly<Record<string, string>>, repeats: number): Bill {
  const parameters = readParameters(scenario, { ...env, CHAT_TARGET: "ws://127.0.0.1:1" });
  const { rooms, rate, warmupS, durationS, protocol, abuseRate } = parameters;
  const comebacks = comebacksOf(parameters);
  const abuse = scenario === "abuse" ? abuseRate * durationS : 0;
  return billOf({
    joins: membersOf(parameters) * rooms * comebacks * repeats,
    messages: Math.ceil((rate * rooms * (warmupS + durationS) + abuse) * repeats),
    protocol: protocol === "classic" ? "classic" : "delivery",
  });
}

/** How often a member connects. */
function comebacksOf({ scenario, durationS, everyS }: Parameters): number {
  if (scenario === "jitter") return 1 + Math.ceil(durationS / everyS);
  return scenario === "reconnect-storm" || scenario === "avalanche" ? 2 : 1;
}

/** Returns when the run may start. Throws a Failure (exit code 2) where nobody agreed. */
export async function confirmBill(bill: Bill, isAgreed: boolean): Promise<void> {
  console.log(sayBill(bill));
  if (isAgreed || !isLarge(bill)) return;
  if (!process.stdin.isTTY)
    throw new Failure("That is much, and nobody is there to ask; agree to it with --yes.", 2);
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question("Type yes to start: ");
  prompt.close();
  if (answer.trim() !== "yes") throw new Failure("Nothing was run.", 2);
}

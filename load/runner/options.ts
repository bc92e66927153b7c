// The command line's words for what a script reads from its environment: --duration 20 is CHAT_DURATION_S=20. Pure.
import type { ParseArgsOptionsConfig } from "node:util";
import { namesOf, readParameters, type Scenario, SCENARIOS } from "../lib/parameters.ts";
import { Failure } from "../../tools/command.ts";

/** The runner sets these itself; and a secret is no word of a command line, where all who use the machine see it. */
const OWN = new Set(["CHAT_TARGET", "CHAT_OUT", "CHAT_PROGRESS", "CHAT_HISTORY", "CHAT_TOKEN"]);

/** The option of a variable: its name without the prefix and the unit. */
export const optionOf = (variable: string): string =>
  variable
    .replace(/^CHAT_/, "")
    .replace(/_(S|MS)$/, "")
    .toLowerCase()
    .replaceAll("_", "-");

const variables = [...new Set(SCENARIOS.flatMap(namesOf))].filter((name) => !OWN.has(name));

/** Every parameter of every scenario, for the parser of the command line. */
export const SCRIPT_OPTIONS: ParseArgsOptionsConfig = Object.fromEntries(
  variables.map((variable) => [optionOf(variable), { type: "string" }]),
);

/** The options that a scenario knows, for --help. */
export const optionsOf = (scenario: Scenario): string[] =>
  namesOf(scenario)
    .filter((name) => !OWN.has(name))
    .map((name) => `--${optionOf(name)}`);

/** The scenario of that name. Throws a Failure (exit code 2) where there is none. */
export function scenarioOf(name: string | undefined): Scenario {
  const found = SCENARIOS.find((scenario) => scenario === name);
  if (found !== undefined) return found;
  throw new Failure(
    `${name === undefined ? "Name a scenario" : `There is no scenario ${name}`}: ${SCENARIOS.join(", ")}.`,
    2,
  );
}

/**
 * The script's environment, checked as the script itself will: the options, and what stands in `surroundings`, which a script sees
 * too. Throws a Failure (exit code 2) with the parser's sentence.
 */
export function environmentOf(
  scenario: Scenario,
  values: Readonly<Record<string, unknown>>,
  surroundings: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const given: Record<string, string> = {};
  for (const variable of variables) {
    const value = values[optionOf(variable)];
    if (typeof value === "string") given[variable] = value;
  }
  const around: Record<string, string> = {};
  for (const [name, value = ""] of Object.entries(surroundings)) {
    if (name.startsWith("CHAT_") && !(name in given)) around[name] = value;
  }
  try {
    readParameters(scenario, { ...around, ...given, CHAT_TARGET: "ws://127.0.0.1:1" });
  } catch (error) {
    throw new Failure(inOptions(error instanceof Error ? error.message : String(error), around), 2);
  }
  const own = Object.entries({ ...around, ...given }).filter(([name]) => !OWN.has(name));
  return Object.fromEntries(own);
}

/** The parser speaks of variables; on a command line people know options, but for what they set as a variable. */
const inOptions = (sentence: string, around: Readonly<Record<string, string>>): string =>
  sentence.replaceAll(/CHAT_[A-Z0-9_]+/g, (name) => (name in around ? name : `--${optionOf(name)}`));

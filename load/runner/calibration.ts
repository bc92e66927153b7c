// What this machine's generator can take in, measured against a server that does nothing: .state/load/calibration.json.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ROOT } from "../../tools/command.ts";
import type { Engine } from "./engine.ts";
import type { Pinning } from "./pinning.ts";
import type { Machine } from "./result.ts";

/** What a ceiling was measured for: another engine, machine, pinning or protocol has another one. */
export interface Setting {
  readonly engine: Engine;
  readonly machine: Machine;
  readonly pinned: Pinning | null;
  readonly protocol: string;
  /** One message in so many is read; the others are only counted, which is cheaper. */
  readonly sample: number;
}

export interface Calibration extends Setting {
  readonly measured: string;
  /** Deliveries a second. */
  readonly ceiling: number;
}

const CALIBRATION_FILE = join(ROOT, ".state", "load", "calibration.json");
const MAX_AGE_DAYS = 30;
const mendOf = ({ pinned }: Setting): string =>
  `run: npm run load -- calibrate${pinned === null ? " --no-pinning" : ""}`;

export const NO_CALIBRATION = { ceiling: null, note: null };

/** Where rooms speak both protocols, the ceiling of the one with more frames counts. */
export const costlierOf = (protocol: string): string => (protocol === "both" ? "classic" : protocol);

/** The ceiling for a setting, or null with the reason why there is none to trust. */
export function ceilingFor(
  all: readonly Calibration[],
  setting: Setting,
  now: number,
): { readonly ceiling: number | null; readonly note: string | null } {
  const sameEngine = all.filter(
    ({ engine, protocol }) => engine.name === setting.engine.name && protocol === setting.protocol,
  );
  const which = `the ${setting.engine.name} generator for ${setting.protocol} clients`;
  const newest = sameEngine.at(-1);
  if (newest === undefined)
    return { ceiling: null, note: `Nobody calibrated ${which} on this machine; ${mendOf(setting)}` };
  const exact = sameEngine.findLast((entry) => keyOf(entry) === keyOf(setting));
  if (exact === undefined) {
    return {
      ceiling: null,
      note: `The calibration of ${which} is of another version, machine, pinning or --sample; ${mendOf(setting)}`,
    };
  }
  const days = Math.floor((now - Date.parse(exact.measured)) / 86_400_000);
  return days > MAX_AGE_DAYS
    ? { ceiling: null, note: `The calibration of ${which} is ${days} days old; ${mendOf(setting)}` }
    : { ceiling: exact.ceiling, note: null };
}

/** With a new measurement in the place of an older one of the same setting. */
export const withCalibration = (all: readonly Calibration[], added: Calibration): Calibration[] => [
  ...all.filter((entry) => keyOf(entry) !== keyOf(added)),
  added,
];

const keyOf = ({ engine, machine, pinned, protocol, sample }: Setting): string =>
  JSON.stringify([
    engine.name,
    engine.version,
    machine.cpu,
    machine.cores,
    machine.node,
    pinned?.generator,
    protocol,
    sample,
  ]);

/** All that is stored; nothing where the file is missing or no longer makes sense. */
export async function readCalibrations(file = CALIBRATION_FILE): Promise<Calibration[]> {
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"));
    return Array.isArray(value) ? value.filter(isCalibration) : [];
  } catch {
    return [];
  }
}

export async function storeCalibration(added: Calibration, file = CALIBRATION_FILE): Promise<void> {
  const all = withCalibration(await readCalibrations(file), added);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(all, null, 2)}\n`);
}

function isCalibration(value: unknown): value is Calibration {
  const { engine, machine, protocol, sample, measured, ceiling } = (value ?? {}) as Partial<Calibration>;
  return (
    typeof engine?.name === "string" &&
    typeof machine?.cpu === "string" &&
    typeof protocol === "string" &&
    typeof sample === "number" &&
    typeof measured === "string" &&
    typeof ceiling === "number"
  );
}

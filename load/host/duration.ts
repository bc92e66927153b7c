// Durations as k6 writes them: "1m30s", "500ms", or a number of milliseconds.

const UNITS: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
};

/** Milliseconds, or null where it is no duration. */
export function parseDuration(given: unknown): number | null {
  if (typeof given === "number") return given >= 0 ? given : null;
  if (typeof given !== "string" || given === "") return null;
  if (/^\d+(\.\d+)?$/.test(given)) return Number(given);
  if (!/^(\d+(\.\d+)?(ms|us|d|h|m|s))+$/.test(given)) return null;
  const parts = [...given.matchAll(/(\d+(?:\.\d+)?)(ms|us|d|h|m|s)/g)];
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ""] ?? 0), 0);
}

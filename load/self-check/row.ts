// A row of load/host/CONTRACT.md as the self-check sees it, and what its checks say where the row does not hold.

export const SETUP_TEXT = "from setup";

/** What `setup()` gives to every virtual user. */
export interface SetupData {
  text: string;
  gone?: undefined;
}

/** What `handleSummary()` is given, as far as rows look at it. */
export interface Summary {
  metrics: Record<string, { thresholds?: Record<string, { ok: boolean }> }>;
  setup_data: SetupData;
  root_group: { groups: { name: string; checks: { name: string; passes: number }[] }[] };
  state: { testRunDurationMs: number };
}

/** A row holds where everything holds that it gives. */
export interface Row {
  title: string;
  /** Runs in each virtual user; throws, or rejects, where the row does not hold. */
  check?: (data: SetupData) => void | Promise<void>;
  /** For what is seen by its effect on metrics alone. */
  thresholds?: Record<string, string[]>;
  /** For what only the summary shows. */
  summary?: (summary: Summary) => boolean;
}

export type Rows = Record<string, Row>;

export function same(actual: unknown, expected: unknown, what = "value"): void {
  holdsTrue(actual === expected, `${what}: ${String(actual)} is not ${String(expected)}`);
}

export function throws(act: () => unknown, what: string): void {
  try {
    act();
  } catch {
    return;
  }
  throw new Error(`${what} does not throw`);
}

export function holdsTrue(condition: boolean, sentence: string): void {
  if (!condition) throw new Error(sentence);
}

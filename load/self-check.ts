// Does this machine's k6, or the host, behave as the scripts rely on? Checks the rows of load/host/CONTRACT.md that can be seen from
// inside, against a small server that is started first: node load/targets/main.ts echo
//   k6 run load/self-check.ts        node load/host/main.ts run load/self-check.ts
// One exception is thrown on purpose (K20). Exit code 0: all rows pass; 99: see the rows that FAIL.
import { Counter } from "k6/metrics";
import { breakInCallback, OUTCOME_ROWS } from "./self-check/outcome-rows.ts";
import { type Row, type Rows, SETUP_TEXT, type SetupData, type Summary } from "./self-check/row.ts";
import { SOCKET_ROWS } from "./self-check/socket-rows.ts";
import { TIME_ROWS } from "./self-check/time-rows.ts";
import { WORLD_ROWS } from "./self-check/world-rows.ts";

const ROWS: Rows = { ...WORLD_ROWS, ...SOCKET_ROWS, ...TIME_ROWS, ...OUTCOME_ROWS };
const VUS = 2;

const passed = new Counter("self_check_passed");

/** What the metrics have to be for a row to hold; a row that is checked passes in every virtual user. */
const thresholdsOf = ([id, { check, thresholds }]: [string, Row]): Record<string, string[]> => ({
  ...(check !== undefined && { [`self_check_passed{row:${id}}`]: [`count>=${VUS}`] }),
  ...thresholds,
});

export const options = {
  scenarios: {
    rows: { executor: "per-vu-iterations", vus: VUS, iterations: 1, maxDuration: "60s", gracefulStop: "1s" },
    breaks: { executor: "per-vu-iterations", vus: 1, iterations: 1, exec: "breaks", maxDuration: "60s" },
  },
  thresholds: Object.assign({}, ...Object.entries(ROWS).map(thresholdsOf)) as Record<string, string[]>,
};

export const setup = (): SetupData => ({ text: SETUP_TEXT, gone: undefined });

export default async function rows(data: SetupData): Promise<void> {
  for (const [row, { check }] of Object.entries(ROWS)) {
    if (check === undefined) continue;
    try {
      await check(data);
      passed.add(1, { row });
    } catch (error) {
      console.error(`${row} FAIL: ${String(error)}`);
    }
  }
}

export const breaks = breakInCallback;

export function handleSummary(summary: Summary): Record<string, string> {
  const holds = (metric: string): boolean =>
    Object.values(summary.metrics[metric]?.thresholds ?? { missing: { ok: false } }).every(({ ok }) => ok);
  const results = Object.entries(ROWS)
    .toSorted(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)))
    .map(([id, row]) => {
      const isGood = Object.keys(thresholdsOf([id, row])).every(holds) && (row.summary?.(summary) ?? true);
      return { isGood, line: `${isGood ? "PASS" : "FAIL"}  ${id.padEnd(4)} ${row.title}\n` };
    });
  const failed = results.filter(({ isGood }) => !isGood).length;
  const lines = results.map(({ line }) => line).join("");
  return { stdout: `${lines}${results.length - failed} rows pass, ${failed} fail\n` };
}

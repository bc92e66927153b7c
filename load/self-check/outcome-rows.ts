// What comes out of a run: metrics, the summary, and an iteration that an exception ends.
import { check, group } from "k6";
import { Counter, Trend } from "k6/metrics";
import { setTimeout } from "k6/timers";
import { WebSocket } from "k6/websockets";
import { type Rows, same, SETUP_TEXT } from "./row.ts";
import { TARGET } from "./sockets.ts";

const thrown = new Counter("self_check_thrown");
const survived = new Counter("self_check_survived");

const measured = new Trend("self_check_measured");

/** [K39] Neither of these is a number: told, not added, and no exception. */
function addNoNumbers(): void {
  same(measured.add(null as unknown as number), false, "add(null)");
  same(measured.add(NaN), false, "add(NaN)");
  measured.add(1);
}

/** [K40] A check in a group. */
function checkInGroup(): void {
  group("outer", () => check(1, { "is one": (value) => value === 1 }));
}

export const OUTCOME_ROWS: Rows = {
  K20: {
    title: "an exception in a callback ends the iteration",
    thresholds: { self_check_thrown: ["count>=1"], self_check_survived: ["count<1"] },
  },
  K21: {
    title: "built-in metrics, with the tag that was given",
    thresholds: { "ws_sessions{name:named}": ["count>=1"], "ws_msgs_received{name:named}": ["count>=1"] },
  },
  K33: {
    title: "sub-metrics that thresholds name reach the summary",
    summary: ({ metrics }) => metrics["self_check_passed{row:K1}"] !== undefined,
  },
  K39: {
    title: "what is no number is not added",
    check: addNoNumbers,
    thresholds: { self_check_measured: ["min>=1"] },
  },
  K40: {
    title: "the summary has groups and their checks",
    check: checkInGroup,
    thresholds: { group_duration: ["min>=0"] },
    summary: ({ root_group: { groups } }) =>
      groups[0]?.name === "outer" && groups[0].checks[0]?.name === "is one" && groups[0].checks[0].passes > 0,
  },
  K35: {
    title: "handleSummary has the setup's data and the duration",
    summary: ({ setup_data: data, state }) => data.text === SETUP_TEXT && state.testRunDurationMs > 0,
  },
};

/** [K20] An iteration of its own: nothing of it survives the exception. */
export function breakInCallback(): void {
  const socket = new WebSocket(`${TARGET}/echo`);
  socket.addEventListener("open", () => {
    setTimeout(() => survived.add(1), 300);
    thrown.add(1);
    throw new Error("thrown on purpose");
  });
}

// What comes out of a run: metrics, the summary, and an iteration that an exception ends.
import { Counter } from "k6/metrics";
import { setTimeout } from "k6/timers";
import { WebSocket } from "k6/websockets";
import { type Rows, SETUP_TEXT } from "./row.ts";
import { TARGET } from "./sockets.ts";

const thrown = new Counter("self_check_thrown");
const survived = new Counter("self_check_survived");

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

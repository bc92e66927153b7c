// How much one room holds, in one run: CHAT_MEMBERS join, some messages warm it up, the room is quiet for a while, and then the rate climbs in steps of
// CHAT_STEP_S seconds until one fails twice: by the sender's own members, its p99 is over CHAT_P99_MS, or something did not arrive.
import { climb } from "./k6/climber.ts";
import { scenario } from "./k6/scenario.ts";

const { options, setup, play, handleSummary } = scenario("climb", { send: climb });

export { options, setup, play as default, handleSummary };

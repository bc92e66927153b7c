// What this generator itself can take: against a null server on the same machine, the rate climbs from a tenth of CHAT_RATE to
// all of it. The summary names the fastest second in which nothing waited for the generator: its ceiling.
import { scenario } from "./k6/scenario.ts";

const { options, setup, play, handleSummary } = scenario("calibrate");

export { options, setup, play as default, handleSummary };

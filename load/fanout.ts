// One honest point: in CHAT_ROOMS rooms of CHAT_MEMBERS, CHAT_SENDERS of them say CHAT_RATE messages a second together, for
// CHAT_DURATION_S seconds after a warm-up. How many deliveries a second is that, how late are they, and is one amiss?
import { scenario } from "./k6/scenario.ts";

const { options, setup, play, handleSummary } = scenario("fanout");

export { options, setup, play as default, handleSummary };

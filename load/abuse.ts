// One identity over the limit beside a well-behaved room: it hammers CHAT_ABUSE_SOCKETS rooms of its own with CHAT_ABUSE_RATE
// messages a second. Law L1 says how many get through; the neighbours' latency must not show it. The target has to run with the
// policy that CHAT_PERIOD_MS and CHAT_BURST say.
import { hammer } from "./k6/abuser.ts";
import { scenario } from "./k6/scenario.ts";

const { options, setup, play, handleSummary } = scenario("abuse", { abuse: hammer });

export { options, setup, play as default, handleSummary };

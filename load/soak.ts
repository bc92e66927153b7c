// A room that sleeps: one message in more than 10 seconds, so that it hibernates before each, for as long as you like. Does it
// wake, how long does that take, and does it go on counting where it stopped?
import { scenario } from "./k6/scenario.ts";

const { options, setup, play, handleSummary } = scenario("soak");

export { options, setup, play as default, handleSummary };

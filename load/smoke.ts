// Does it work at all: two members in each of two rooms, one classic and one that speaks the delivery protocol; ten messages
// in each, every one of them to everybody once.
import { scenario } from "./k6/scenario.ts";

const { options, setup, play, handleSummary } = scenario("smoke");

export { options, setup, play as default, handleSummary };

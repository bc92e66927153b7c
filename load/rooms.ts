// One big room or many small ones: CHAT_MEMBERS people in all, spread over CHAT_ROOMS rooms, each of which says CHAT_RATE
// messages a second. The deliveries offered stay the same, however many rooms they are spread over: what do rooms cost?
import { scenario } from "./k6/scenario.ts";

const { options, setup, play, handleSummary } = scenario("rooms");

export { options, setup, play as default, handleSummary };

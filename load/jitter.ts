// Members whose network comes and goes: each receiver is cut for CHAT_CUT_S seconds every CHAT_EVERY_S, at moments of its own, and comes
// back saying what it saw last. Does each get everything, by a replay what it missed? Senders stay.
import { cutAll } from "./k6/cuts.ts";
import { begun, scenario } from "./k6/scenario.ts";

const { options, setup, play, handleSummary } = scenario("jitter", {
  receive: async (user) => {
    await user.join(user.members, user.parameters.joinRate);
    await begun(user);
    await cutAll(user);
    await user.over();
  },
});

export { options, setup, play as default, handleSummary };

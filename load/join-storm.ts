// A storm of joins: into a room where somebody talks, all members come within CHAT_STORM_S seconds. How long does each join
// take, does each get its snapshot and everything after it, and does the talk suffer?
import { begun, scenario } from "./k6/scenario.ts";

const { options, setup, play, handleSummary } = scenario("join-storm", {
  receive: async (user) => {
    // One of each virtual user is there before, and sees when it begins.
    const early = user.members.filter(({ place }) => place.fromStart);
    const storm = user.members.filter(({ place }) => !place.fromStart);
    await user.join(early, user.parameters.joinRate);
    await begun(user);
    const from = user.now();
    await user.join(storm, user.parameters.members / user.parameters.stormS);
    user.recorder.phase("members join", from, user.now());
    await user.over();
  },
});

export { options, setup, play as default, handleSummary };

// A storm of comebacks: a third into the window all receivers hang up at once, and come back within CHAT_STORM_S seconds, each at
// a moment of its own, saying what they saw last. What did they miss, what was replayed, and did anything come twice?
import { begun, scenario } from "./k6/scenario.ts";
import { pause } from "./k6/wait.ts";

const { options, setup, play, handleSummary } = scenario("reconnect-storm", {
  receive: async (user) => {
    const { members, parameters } = user;
    await user.join(members, parameters.joinRate);
    await begun(user);
    await pause((parameters.durationS * 1_000) / 3);
    const from = user.now();
    for (const member of members) member.leave();
    const comebacks = members.map(async (member) => {
      await pause(Math.random() * parameters.stormS * 1_000);
      member.open();
    });
    await Promise.all(comebacks);
    await user.joined(members);
    user.recorder.phase("members away", from, user.now());
    await user.over();
  },
});

export { options, setup, play as default, handleSummary };

// The target dies under its members: a third into the window its process is killed, and started again CHAT_DOWN_S seconds later. All
// come back by themselves, as the page's client does. How long until they are live again, who never is, and is a message lost?
// No k6 script can end a process: `npm run load` does it when the log says so, or whoever runs this by k6 alone.
import { begun, scenario } from "./k6/scenario.ts";
import { fillRooms, sendPlan } from "./k6/sender.ts";
import type { VirtualUser } from "./k6/virtual-user.ts";
import { pause } from "./k6/wait.ts";
import { KILL_TARGET } from "./lib/moments.ts";

async function tellWhen(user: VirtualUser): Promise<void> {
  await begun(user);
  await pause((user.parameters.durationS * 1_000) / 3);
  console.log(`${KILL_TARGET}: end the target now, and start it again after ${user.parameters.downS} s`);
}

const { options, setup, play, handleSummary } = scenario("avalanche", {
  send: async (user) => {
    await fillRooms(user);
    await Promise.all([sendPlan(user), tellWhen(user)]);
    await user.over();
  },
});

export { options, setup, play as default, handleSummary };

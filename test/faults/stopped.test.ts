import { test } from "vitest";
import { Crowd } from "../support/crowd.ts";
import { serve } from "../support/fault-server.ts";
import { momentsOf } from "../support/moments.ts";
import type { Random } from "../support/random.ts";
import { Reached } from "../support/reached.ts";
import { pause } from "../support/until.ts";

const STOPS = 12;
/** From a hiccup to longer than a message may be without an answer. */
const stopMs = (round: number, random: Random): number =>
  round === STOPS - 1 ? 20_000 : 50 * 2 ** (round % 6) + random(50);

test("[D1] [D2] [D3] [D4] [D5] SIGSTOP in mid-traffic, again and again: who waits loses nothing, and who comes back is not heard twice", async () => {
  const reached = new Reached("stops", "waiting at a stop, summed over the stops", "sent", "acknowledged");
  const { seed, random } = momentsOf("SIGSTOP");
  const server = await serve("stopped");
  const crowd = await Crowd.gather(server.url, "stopped", { people: 3, classics: 1 });
  for (let round = 0; round < STOPS; round++) {
    crowd.say(1 + random(3));
    if (random(2) === 0) await pause(random(10));
    process.kill(server.pid, "SIGSTOP");
    try {
      reached.add("waiting at a stop, summed over the stops", crowd.count("unconfirmed"));
      // Said to a server that stands still, too.
      crowd.say(1);
      await pause(stopMs(round, random));
    } finally {
      process.kill(server.pid, "SIGCONT");
    }
    reached.add("stops");
    await crowd.untilHere();
  }
  const { sent, acknowledged } = await crowd.judge();
  reached.add("sent", sent);
  reached.add("acknowledged", acknowledged);
  reached.report(`[D5] SIGSTOP, seed ${seed}: lost 0, duplicated 0;`);
});

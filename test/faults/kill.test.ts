import { test } from "vitest";
import { Crowd } from "../support/crowd.ts";
import { serve } from "../support/fault-server.ts";
import { momentsOf } from "../support/moments.ts";
import { Reached } from "../support/reached.ts";
import { pause, until } from "../support/until.ts";

const KILLS = Number(process.env.FAULT_KILLS ?? 200);
/** Milliseconds: half of the kills come before, in or right after the commits of what was just said, on any machine. */
const SPREAD_MS = { soon: 4, late: 61 };

test("[D1] [D2] [D3] [D4] [D5] [D6] SIGKILL in mid-traffic, again and again: what anybody saw is there, once, in order", async () => {
  const reached = new Reached(
    "kills",
    "sent",
    "acknowledged",
    "stored",
    "recovered without an echo",
    "reconnects",
    "unconfirmed at a kill",
  );
  const { seed, random } = momentsOf("SIGKILL");
  const server = await serve("kill");
  const rooms = ["kill-1", "kill-2", "kill-3"];
  const sizes = { people: 2, classics: 1 };
  const crowds = await Promise.all(rooms.map((room) => Crowd.gather(server.url, room, sizes)));
  for (let round = 0; round < KILLS; round++) {
    const before = crowds.map(({ head }) => head);
    for (const crowd of crowds) crowd.say(1 + random(3));
    // Commits are under way when somebody sees the first of it.
    await until(
      () => crowds.some(({ head }, i) => head > (before[i] ?? 0)),
      () => "anything shown",
    );
    await pause(random(random(2) === 0 ? SPREAD_MS.soon : SPREAD_MS.late));
    for (const crowd of crowds) reached.add("unconfirmed at a kill", crowd.count("unconfirmed"));
    await server.kill();
    reached.add("kills");
    await server.start();
    await Promise.all(crowds.map((crowd) => crowd.untilHere()));
  }
  for (const crowd of crowds) {
    const { sent, acknowledged, stored } = await crowd.judge();
    reached.add("sent", sent);
    reached.add("acknowledged", acknowledged);
    reached.add("stored", stored);
    reached.add("recovered without an echo", crowd.count("recovered"));
    reached.add("reconnects", crowd.count("losses"));
  }
  reached.report(`[D5] SIGKILL, seed ${seed}: lost 0, duplicated 0;`);
});

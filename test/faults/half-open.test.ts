import { expect, test } from "vitest";
import { Crowd } from "../support/crowd.ts";
import { serve } from "../support/fault-server.ts";
import { momentsOf } from "../support/moments.ts";
import { Proxy } from "../support/proxy.ts";
import { Reached } from "../support/reached.ts";
import { pause, until } from "../support/until.ts";

/** link.ts pings every 25 s and waits 10 s for the answer; after a hint it waits 3 s. */
const WITHOUT_HINT_MS = 35_000;
const WITH_HINT_MS = 3_000;
const SLACK_MS = 8_000;

test.concurrent.each([
  { how: "a hint of the device", room: "hinted", withinMs: WITH_HINT_MS },
  { how: "its own ping", room: "pinged", withinMs: WITHOUT_HINT_MS },
])(
  "[D2] [D3] [D8] [P4] a connection that died without a word: $how shows it, and the room lets go of the old one",
  async ({ how, room, withinMs }) => {
    const reached = new Reached("sent while half-open", "milliseconds to notice", "resumes", "acknowledged");
    const server = await serve(`half-open-${room}`);
    const proxy = await Proxy.before(server.url);
    const crowd = await Crowd.gather(server.url, room, { people: 1, classics: 1 });
    const away = await crowd.invite("away", proxy.url);
    crowd.say(3);
    await crowd.untilQuiet();
    let began = Infinity;
    // What was still on its way must not pass for an answer to what the client then asks.
    proxy.freezeBehindNext(() => {
      began = performance.now();
      if (room === "hinted") away.hint();
    });
    crowd.people[0]?.say();
    await until(
      () => began < Infinity,
      () => "the connection frozen",
    );
    crowd.say(3);
    await until(
      () => away.losses === 1,
      () => "the dead connection noticed",
      withinMs + SLACK_MS,
    );
    reached.add("milliseconds to notice", Math.round(performance.now() - began));
    reached.add("sent while half-open", 9);
    await crowd.untilHere();
    await crowd.untilQuiet();
    // The zombie is gone for everybody: two people and the classic one.
    await until(
      () => crowd.people.every(({ members }) => members === 3),
      () => `three members; they see ${crowd.people.map(({ members }) => members).join(" and ")}`,
    );
    expect(crowd.people.map(({ losses }) => losses)).toEqual([0, 1]);
    const { acknowledged } = await crowd.judge();
    reached.add("resumes", away.resumes);
    reached.add("acknowledged", acknowledged);
    reached.report(`[D2] half-open, noticed by ${how}: lost 0, ghosts 0;`);
  },
);

test("[D2] [D3] [D5] connections cut in mid-traffic, again and again: nothing is lost or doubled", async () => {
  const reached = new Reached("cuts", "sent", "acknowledged", "recovered without an echo", "resumes");
  const { seed, random } = momentsOf("cut connections");
  const server = await serve("cut");
  const proxy = await Proxy.before(server.url);
  const crowd = await Crowd.gather(proxy.url, "cut", { people: 3, classics: 1 });
  for (let round = 0; round < 60; round++) {
    crowd.say(1 + random(4));
    const { head } = crowd;
    await until(
      () => crowd.head > head,
      () => "anything shown",
    );
    const losses = crowd.count("losses");
    if (random(2) === 0) await pause(random(20));
    proxy.cut();
    await until(
      () => crowd.count("losses") > losses,
      () => "the cut noticed",
    );
    reached.add("cuts");
    await crowd.untilHere();
  }
  const { sent, acknowledged } = await crowd.judge();
  reached.add("sent", sent);
  reached.add("acknowledged", acknowledged);
  reached.add("recovered without an echo", crowd.count("recovered"));
  reached.add("resumes", crowd.count("resumes"));
  reached.report(`[D2] connections cut, seed ${seed}: lost 0, duplicated 0;`);
});

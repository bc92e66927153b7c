// The judges of these tests can fail: they find a build that is wrong in a way that only a real process shows.
import { expect, test } from "vitest";
import { Crowd } from "../support/crowd.ts";
import { brokenWorker, serve } from "../support/fault-server.ts";
import { pause, until } from "../support/until.ts";

const RELAYS_FIRST = 200;

test("[D5] [D6] a build that shows before it writes is caught: what was seen is gone after a SIGKILL", async () => {
  const write = "this.log.append(effect.messages, effect.json);";
  const worker = await brokenWorker(write, `setTimeout(() => { ${write} }, ${RELAYS_FIRST});`);
  const server = await serve("relays-first", { worker });
  const crowd = await Crowd.gather(server.url, "relays-first", { people: 2, classics: 1 });
  const before = crowd.head;
  crowd.say();
  await until(
    () => crowd.head > before,
    () => "anything shown",
  );
  await server.kill();
  await server.start();
  await crowd.untilHere();
  crowd.say();
  await pause(RELAYS_FIRST * 5);
  await expect(crowd.judge()).rejects.toThrow(
    /\[D[1-6]\][^]*A picture of it: artifacts\/timelines\/relays-first\.html/,
  );
  crowd.leave();
});

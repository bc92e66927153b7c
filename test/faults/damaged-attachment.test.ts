// What a room keeps of its sockets over a sleep comes back damaged, each in another field.
import { expect, test } from "vitest";
import { Crowd } from "../support/crowd.ts";
import { brokenWorker, serve } from "../support/fault-server.ts";
import { Reached } from "../support/reached.ts";
import { pause, until } from "../support/until.ts";

/** workerd lets an object sleep that heard nothing for ten seconds. */
const ASLEEP_MS = 12_000;

const DAMAGES = [
  { joined: "text" },
  { joined: { name: 5 } },
  { order: "first" },
  { since: null },
  { counter: 0.5 },
  { identity: 5 },
];

test("[C26] [D2] [D3] a room wakes with what it kept damaged: all are sent away, come back, and miss nothing", async () => {
  const reached = new Reached("closed", "resumes", "acknowledged");
  const kept = "serializeAttachment(toAttachment(session))";
  const damaged = `serializeAttachment({ ...toAttachment(session), ...${JSON.stringify(DAMAGES)}[session.order % ${DAMAGES.length}] })`;
  const server = await serve("damaged", { worker: await brokenWorker(kept, damaged) });
  const crowd = await Crowd.gather(server.url, "damaged", { people: DAMAGES.length, classics: 0 });
  crowd.say(3);
  await crowd.untilQuiet();
  expect(crowd.count("losses")).toBe(0);
  await pause(ASLEEP_MS);
  crowd.people[0]?.say();
  await until(
    () => crowd.people.every(({ losses }) => losses === 1),
    () => `one loss each; they had ${crowd.people.map(({ losses }) => losses).join(", ")}`,
  );
  await crowd.untilHere();
  crowd.say(3);
  reached.add("closed", crowd.count("losses"));
  const { acknowledged } = await crowd.judge();
  reached.add("resumes", crowd.count("resumes"));
  reached.add("acknowledged", acknowledged);
  reached.report("[C26] damaged attachments: lost 0, duplicated 0;");
});

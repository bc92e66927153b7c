import { expect, test } from "vitest";
import { Crowd } from "../support/crowd.ts";
import { serve, theWorker } from "../support/fault-server.ts";
import { olderWorker } from "../support/older.ts";
import { Reached } from "../support/reached.ts";
import { readLog } from "../support/read-log.ts";

const TURNS = 4;

test("[D1] [D2] [D3] [D4] [D5] a room of version 0.2.0 under this version, back, and again: its people stay, with clients of both versions, and its log goes on", async () => {
  const reached = new Reached(
    "upgrades",
    "ways back",
    "of the older version",
    "of this version",
    "under way at a change",
    "said by older clients",
    "resumes",
    "resumes of older clients",
  );
  const worker = await theWorker();
  const older = await olderWorker(worker);
  const server = await serve("upgrade", { worker: older });
  const crowd = await Crowd.gather(server.url, "upgrade", { people: 2, older: 2, classics: 2 });
  for (let turn = 0; turn < TURNS; turn++) {
    for (const version of [older, worker]) {
      if (turn > 0 || version === worker) {
        await crowd.beginToSay(3);
        await (turn % 2 === 0 ? server.kill() : server.stop());
        crowd.say();
        reached.add("under way at a change", crowd.count("unconfirmed"));
        await server.restart({ worker: version });
        reached.add(version === worker ? "upgrades" : "ways back");
      }
      await crowd.untilHere();
      await crowd.untilQuiet();
      const before = crowd.head;
      crowd.say(3);
      await crowd.untilQuiet();
      reached.add(version === worker ? "of this version" : "of the older version", crowd.head - before);
    }
  }
  const { epoch } = await readLog(server.url, "upgrade");
  const { log } = await crowd.judge();
  expect(log.epoch).toBe(epoch);
  expect(log.messages[0]?.seq, "the first message, which the older version wrote").toBe(1);
  const olderPeople = crowd.people.filter(({ name }) => name.startsWith("older"));
  reached.add("said by older clients", log.messages.filter(({ name }) => name.startsWith("older")).length);
  reached.add("resumes", crowd.count("resumes"));
  reached.add(
    "resumes of older clients",
    olderPeople.reduce((sum, { resumes }) => sum + resumes, 0),
  );
  reached.report("[D5] an upgrade: lost 0, duplicated 0;");
});

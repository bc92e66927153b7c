import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../tools/command.ts";
import { Crowd } from "../support/crowd.ts";
import { serve, theWorker } from "../support/fault-server.ts";
import { Reached } from "../support/reached.ts";
import { readLog } from "../support/read-log.ts";

const OLDER = join(ROOT, "test", "faults", "older", "worker-0.2.0.js");
const TURNS = 4;

test("[D1] [D2] [D3] [D5] a room of version 0.2.0 under this version, back, and again: its people stay, and its log goes on", async () => {
  const reached = new Reached("upgrades", "ways back", "of the older version", "of this version", "resumes");
  const worker = await theWorker();
  const older = { ...worker, code: await readFile(OLDER, "utf8") };
  const server = await serve("upgrade", { worker: older });
  const crowd = await Crowd.gather(server.url, "upgrade", { people: 3, classics: 2 });
  for (let turn = 0; turn < TURNS; turn++) {
    for (const version of [older, worker]) {
      if (turn > 0 || version === worker) {
        await server.restart({ worker: version });
        reached.add(version === worker ? "upgrades" : "ways back");
      }
      await crowd.untilHere();
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
  reached.add("resumes", crowd.count("resumes"));
  reached.report("[D5] an upgrade: lost 0, duplicated 0;");
});

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { Crowd } from "../support/crowd.ts";
import { serve } from "../support/fault-server.ts";
import { Reached } from "../support/reached.ts";
import { pause, until } from "../support/until.ts";

const ROUNDS = 5;
/** Without the signal ignored, the first refused write would end the process. */
const IGNORES_XFSZ = ["sh", "-c", `trap '' XFSZ; exec "$@"`, "sh"];

/** From now on the process may write no file behind so many bytes. */
async function limitFiles(pid: number, bytes: number | "unlimited"): Promise<void> {
  await promisify(execFile)("prlimit", ["--pid", `${pid}`, `--fsize=${bytes}:unlimited`]);
}

test("[D2] [D5] [D6] a disk that refuses writes: nobody sees what is not stored, and when it is mended all is delivered", async () => {
  const reached = new Reached("breaks", "thrown out", "sent while broken", "sent", "acknowledged", "resumes");
  const server = await serve("disk", { launcher: IGNORES_XFSZ });
  const crowd = await Crowd.gather(server.url, "disk", { people: 3, classics: 1 });
  for (let round = 0; round < ROUNDS; round++) {
    crowd.say(3);
    await crowd.untilQuiet();
    const { pid } = server;
    const head = crowd.head;
    const losses = crowd.count("losses");
    await limitFiles(pid, 4_096);
    crowd.say(2);
    reached.add("sent while broken", crowd.count("unconfirmed"));
    await until(
      () => crowd.count("losses") > losses,
      () => "anybody thrown out by the broken disk",
    );
    // Who comes back meets the same disk, and is thrown out again.
    for (let i = 0; i < 5; i++) {
      crowd.hint();
      await pause(100);
    }
    expect(crowd.head, "the newest message that anybody saw").toBe(head);
    await limitFiles(pid, "unlimited");
    reached.add("breaks");
    reached.add("thrown out", crowd.count("losses") - losses);
    // The same process: nobody restarts it.
    await crowd.untilHere();
    await crowd.untilQuiet();
    expect(server.pid).toBe(pid);
  }
  const { sent, acknowledged } = await crowd.judge();
  reached.add("sent", sent);
  reached.add("acknowledged", acknowledged);
  reached.add("resumes", crowd.count("resumes"));
  reached.report("[D6] a disk that refuses writes: phantom 0, lost 0;");
});

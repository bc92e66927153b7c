import { expect, test } from "vitest";
import { Crowd } from "../support/crowd.ts";
import { serve, theWorker, UNLIMITED } from "../support/fault-server.ts";
import { Reached } from "../support/reached.ts";
import { pause } from "../support/until.ts";

const REDEPLOYS = 10;
/** A sentence of the Worker's, in which each version says its number. */
const SENTENCE = "expected websocket";

test("[D2] [D3] [D9] a new version takes over, again and again: everybody comes back, and nothing is lost", async () => {
  const reached = new Reached("redeploys", "sent", "acknowledged", "reconnects", "resumes");
  const worker = await theWorker();
  expect(worker.code).toContain(SENTENCE);
  const server = await serve("redeploy");
  const crowd = await Crowd.gather(server.url, "redeploy", { people: 4, classics: 2 });
  for (let version = 1; version <= REDEPLOYS; version++) {
    crowd.say(5);
    await pause(version * 5);
    const sentence = `${SENTENCE}, says version ${version}`;
    const code = worker.code.replace(SENTENCE, sentence);
    await server.restart({
      worker: { ...worker, code },
      vars: { ...UNLIMITED, ROSTER_MAX: `${version % 2}` },
    });
    const answer = await fetch(`${server.url}/api/room/redeploy/websocket`);
    expect(await answer.text()).toBe(sentence);
    reached.add("redeploys");
    await crowd.untilHere();
  }
  const { sent, acknowledged } = await crowd.judge();
  reached.add("sent", sent);
  reached.add("acknowledged", acknowledged);
  reached.add("reconnects", crowd.count("losses"));
  reached.add("resumes", crowd.count("resumes"));
  reached.report("[D2] redeploys: lost 0, duplicated 0;");
});

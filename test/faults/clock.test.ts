import { describe, expect, test } from "vitest";
import { Crowd } from "../support/crowd.ts";
import { serve } from "../support/fault-server.ts";
import { canMoveClock, MovedClock } from "../support/moved-clock.ts";
import { RawClient } from "../support/raw-client.ts";
import { Reached } from "../support/reached.ts";
import { pause } from "../support/until.ts";

const HOUR_MS = 3_600_000;
const PERIOD_MS = 2_000;
const BURST = 5;
const ADDRESS = "10.9.0.1";

interface Outcome {
  readonly accepted: number;
  /** What the last refusal says; 0 if there was none. */
  readonly retryAfter: number;
  readonly tookMs: number;
}

/** Says the same frame many times, each after the answer to the one before. */
async function hammer(client: RawClient, frame: object, times: number): Promise<Outcome> {
  const began = performance.now();
  let accepted = 0;
  let retryAfter = 0;
  for (let i = 0; i < times; i++) {
    const seen = client.frames.length;
    client.send(frame);
    await client.until(() => client.frames.length > seen, "answer");
    const answer = client.frames[seen];
    if (answer?.error === undefined) accepted += 1;
    else retryAfter = answer.retryAfter ?? 0;
  }
  return { accepted, retryAfter, tookMs: performance.now() - began };
}

/** L1, for a window of so many milliseconds in which the budget was empty at first. */
const replenished = (ms: number): number => Math.floor(ms / PERIOD_MS);

describe.skipIf(!canMoveClock())("a clock that jumps", () => {
  test("[D1] [D2] [D3] forwards and backwards by hours: timestamps rise strictly, and nothing is lost", async () => {
    const reached = new Reached("jumps ahead", "jumps back", "sent", "acknowledged", "hours between stamps");
    const clock = await MovedClock.make("traffic");
    const server = await serve("clock-traffic", { env: clock.env });
    const crowd = await Crowd.gather(server.url, "clock", { people: 3, classics: 1 });
    let before = 0;
    for (const hours of [3, -2, 0, 7, 5, -9, 1, -1, 12, 0]) {
      await clock.moveTo(hours);
      reached.add(hours > before ? "jumps ahead" : "jumps back");
      before = hours;
      crowd.say(4);
      await pause(100);
      // A living object's clock does not go back, it stands still: now the room is loaded again, and reads the real one.
      await server.kill();
      await server.start();
      await crowd.untilHere();
      crowd.say(2);
    }
    const { sent, acknowledged, log } = await crowd.judge();
    reached.add("sent", sent);
    reached.add("acknowledged", acknowledged);
    const stamps = log.messages.map(({ timestamp }) => timestamp);
    const span = Math.max(...stamps) - Math.min(...stamps);
    reached.add("hours between stamps", Math.floor(span / HOUR_MS));
    reached.report("[D1] a clock that jumps: reordered 0, lost 0;");
  });

  test("[L5] backwards admits no more and blocks for at most T; forwards admits at most B once", async () => {
    const reached = new Reached("accepted ahead", "refused", "accepted after the wait");
    const clock = await MovedClock.make("limiter");
    const vars = { RATE_PERIOD_MS: `${PERIOD_MS}`, RATE_BURST: `${BURST}` };
    const server = await serve("clock-limiter", { env: clock.env, vars });
    let ann = await RawClient.connect(server.url, "clock", ADDRESS);
    ann.send({ name: "ann" });
    await ann.until(({ ready }) => ready === true, "ready");
    await hammer(ann, { message: "x" }, 20);
    for (const [ahead, back] of [
      [3, 0],
      [8, -4],
    ] as const) {
      await clock.moveTo(ahead);
      const forwards = await hammer(ann, { message: "x" }, 20);
      expect(forwards.accepted).toBeLessThanOrEqual(BURST + replenished(forwards.tookMs));
      // In a living object the clock stands still rather than go back.
      await clock.moveTo(back);
      const still = await hammer(ann, { message: "x" }, 20);
      expect(still.accepted).toBeLessThanOrEqual(replenished(still.tookMs));
      await server.kill();
      await server.start();
      ann = await RawClient.connect(server.url, "clock", ADDRESS);
      ann.send({ name: "ann" });
      await ann.until(({ ready }) => ready === true, "ready");
      const backwards = await hammer(ann, { message: "x" }, 5);
      expect(backwards.accepted).toBeLessThanOrEqual(replenished(backwards.tookMs));
      expect(backwards.retryAfter).toBeLessThanOrEqual(PERIOD_MS);
      // Node's timers may be a millisecond early.
      await pause(backwards.retryAfter + 1);
      const waited = await hammer(ann, { message: "x" }, 1);
      expect(waited.accepted, "messages of who waited as told").toBe(1);
      reached.add("accepted ahead", forwards.accepted);
      reached.add("refused", 45 - forwards.accepted - still.accepted - backwards.accepted);
      reached.add("accepted after the wait");
    }
    await ann.close();
    reached.report("[L5] a clock that jumps:");
  });
});

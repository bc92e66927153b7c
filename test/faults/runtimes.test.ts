// Two runtimes in turn on one folder: a workerd of July 2026, and the present one. Cloudflare changes it under a Worker that stays the same.
import { readlink, realpath } from "node:fs/promises";
import { expect, test } from "vitest";
import { WORKERD } from "../../tools/workerd.ts";
import { Crowd } from "../support/crowd.ts";
import { serve, theWorker } from "../support/fault-server.ts";
import type { Frame } from "../support/frames.ts";
import { onOlderRuntime } from "../support/older.ts";
import { RawClient } from "../support/raw-client.ts";
import { Reached } from "../support/reached.ts";

const CHANGES = 4;
const PERIOD_MS = 600_000;
/** More than the crowd says, and fewer than who spends all. */
const BURST = 150;
const AUTHOR = { name: "ann", protocol: 1, key: "the secret key of ann", client: "one" };

/** Says things until one is refused; how many were accepted, and the refusal. */
async function spend(url: string, room: string): Promise<{ accepted: number; refusal: Frame }> {
  const client = await RawClient.connect(url, room, "10.9.3.1");
  client.send({ name: "spender" });
  await client.until(({ ready }) => ready === true, "ready");
  for (let accepted = 0; ; accepted++) {
    const message = `${room} ${accepted}`;
    client.send({ message });
    const frames = await client.until(
      (frame) => frame.message === message || frame.error !== undefined,
      "answer",
    );
    const refusal = frames.find(({ error }) => error !== undefined);
    if (refusal === undefined) continue;
    await client.close();
    return { accepted, refusal };
  }
}

/** Ann comes back with all to read again, repeats what is stored, and says one more; the numbers are those of before, and go on. */
async function repeat(url: string, room: string, epoch: string, stored: number): Promise<string> {
  const ann = await RawClient.connect(url, room, "10.9.3.2");
  ann.send({ ...AUTHOR, since: { epoch, seq: 0 } });
  await ann.until(({ welcome }) => welcome !== undefined, "welcome");
  const welcome = ann.frames.find(({ welcome }) => welcome !== undefined)?.welcome;
  expect(welcome).toMatchObject({ counter: stored, head: stored, resumed: stored > 0 });
  for (let counter = 1; counter <= stored; counter++) {
    ann.send({ message: `again ${counter}`, counter });
    await ann.until((frame) => frame.stored === counter, `answer that ${counter} is stored`);
  }
  ann.send({ message: `ann ${stored + 1}`, counter: stored + 1 });
  await ann.until(({ last }) => last === stored + 1, "echo");
  const log = ann.frames.flatMap(({ events }) => events ?? []);
  expect(log.map(({ seq, counter, message }) => [seq, counter, message])).toEqual(
    Array.from({ length: stored + 1 }, (_, i) => [i + 1, i + 1, `ann ${i + 1}`]),
  );
  await ann.close();
  return welcome?.epoch ?? "";
}

test("[D1] [D2] [D3] [D4] [D5] [L6] an older runtime and the present one serve one folder in turn: history, counters and debts stay, and who talks over a change loses nothing", async () => {
  const reached = new Reached(
    "of the older",
    "of the present",
    "under way at a change",
    "resumes",
    "repeats",
  );
  const worker = await theWorker();
  const runtimes = [onOlderRuntime(worker), { program: WORKERD, worker }] as const;
  const vars = { RATE_PERIOD_MS: `${PERIOD_MS}`, RATE_BURST: `${BURST}` };
  const server = await serve("runtimes", { ...runtimes[0], vars });
  const crowd = await Crowd.gather(server.url, "runtimes", { people: 2, classics: 1 });
  const first = await spend(server.url, "spent");
  expect(first.accepted).toBe(BURST);
  let epoch = await repeat(server.url, "repeats", "", 0);
  for (let change = 1; change <= CHANGES; change++) {
    const before = crowd.head;
    await crowd.beginToSay(3);
    await (change % 2 === 1 ? server.kill() : server.stop());
    crowd.say();
    reached.add("under way at a change", crowd.count("unconfirmed"));
    const runtime = runtimes[change % 2 === 1 ? 1 : 0];
    await server.restart(runtime);
    expect(await readlink(`/proc/${server.pid}/exe`)).toBe(await realpath(runtime.program));
    await crowd.untilHere();
    await crowd.untilQuiet();
    reached.add(change % 2 === 1 ? "of the present" : "of the older", crowd.head - before);
    // The new room first: it knows nothing but what the limiter kept.
    for (const room of [`new-${change}`, "spent"]) {
      const { accepted, refusal } = await spend(server.url, room);
      expect([accepted, refusal.code], `after change ${change}, in ${room}`).toEqual([0, "rate-limited"]);
      expect(refusal.retryAfter).toBeLessThanOrEqual(PERIOD_MS);
    }
    expect(await repeat(server.url, "repeats", epoch, change)).toBe(epoch);
    reached.add("repeats", change);
  }
  await crowd.judge();
  reached.add("resumes", crowd.count("resumes"));
  reached.report("[D5] two runtimes in turn: lost 0, duplicated 0, forgiven 0;");
});

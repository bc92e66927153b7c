// The meter of `npm run attacks`: what an honest visit costs by it is what docs/cost.md has of it.
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { billOf, NO_BILL } from "../../../load/attacks/bill.ts";
import { HonestPeople, PEOPLE } from "../../../load/attacks/honest.ts";
import { WebSocket } from "ws";
import { MAX_CLIENT_FRAME_LENGTH } from "../../../src/protocol/limits.ts";
import { bundleWorker } from "../../../tools/worker-bundle.ts";
import { startWorkerd } from "../../../tools/workerd.ts";

test("a connection that says nothing costs an alarm, and what the room closes is counted; a join asks a limiter, and a message is three rows", async () => {
  const state = await mkdtemp(join(tmpdir(), "edge-chat-metered-"));
  const worker = await bundleWorker("wrangler.toml", "load/attacks/metered-object.ts");
  const server = await startWorkerd({ worker, state });
  try {
    expect(await billOf(server.url)).toEqual(NO_BILL);
    const silent = new WebSocket(`${server.url.replace("http", "ws")}/api/room/silent/websocket`);
    await once(silent, "open");
    expect(await billOf(server.url)).toEqual({ ...NO_BILL, worker: 1, upgrades: 1, rooms: 1, rows: 1 });
    const leaving = new WebSocket(silent.url);
    await once(leaving, "open");
    leaving.close(1000);
    await once(leaving, "close");
    expect(await billOf(server.url), "an answer to a close").toMatchObject({
      upgrades: 2,
      rooms: 1,
      closed: 0,
    });
    silent.send("x".repeat(MAX_CLIENT_FRAME_LENGTH + 1));
    await once(silent, "close");
    expect(await billOf(server.url), "a close of the room").toMatchObject({ closed: 1 });
    const people = await HonestPeople.gather(server.url, "room");
    const joined = await billOf(server.url);
    expect(joined.calls, "calls to limiters for the joins").toBe(PEOPLE);
    await people.talk(1_000);
    const { rows } = await billOf(server.url);
    // Its own, its sender's counter's and what is owed; an alarm now and then.
    const written = `rows written for ${PEOPLE} messages`;
    expect(rows - joined.rows, written).toBeGreaterThanOrEqual(3 * PEOPLE);
    expect(rows - joined.rows, written).toBeLessThanOrEqual(4 * PEOPLE);
    people.leave();
  } finally {
    await server.kill();
    await rm(state, { recursive: true, force: true });
  }
});

// The meter of `npm run attacks`: what an honest visit costs by it is what docs/cost.md has of it.
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HonestPeople, PEOPLE } from "../../../load/attacks/honest.ts";
import { WebSocket } from "ws";
import { bundleWorker } from "../../../tools/worker-bundle.ts";
import { startWorkerd } from "../../../tools/workerd.ts";

interface Bill {
  readonly calls: number;
  readonly rows: number;
}

test("a connection that says nothing costs an alarm; a join asks a limiter, and a message is three rows", async () => {
  const state = await mkdtemp(join(tmpdir(), "edge-chat-metered-"));
  const worker = await bundleWorker("wrangler.toml", "load/attacks/metered-object.ts");
  const server = await startWorkerd({ worker, state });
  const billed = async (): Promise<Bill> => (await (await fetch(`${server.url}/metered`)).json()) as Bill;
  try {
    expect(await billed()).toEqual({ calls: 0, rows: 0 });
    const silent = new WebSocket(`${server.url.replace("http", "ws")}/api/room/silent/websocket`);
    await once(silent, "open");
    expect(await billed()).toEqual({ calls: 0, rows: 1 });
    silent.terminate();
    const people = await HonestPeople.gather(server.url, "room");
    const joined = await billed();
    expect(joined.calls, "calls to limiters for the joins").toBe(PEOPLE);
    await people.talk(1_000);
    const { rows } = await billed();
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

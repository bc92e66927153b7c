// The platform's contract on workerd itself: the twin of test/unit/platform.test.ts.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { Database } from "../../../src/room/database.ts";
import { SqlLog } from "../../../src/room/sql-log.ts";
import { platformContract, type Stage } from "../../support/platform-contract.ts";
import { connect, freshRoom, roomOf, type TestClient } from "./client.ts";

/** Longer than the window of presence in a small room. */
const CALM_MS = 130;

platformContract((scene) => scene(stageOf(freshRoom())));

function stageOf(room: string): Stage {
  const clients = new Set<TestClient>();
  const heard = (): number => [...clients].reduce((sum, { frames }) => sum + frames.length, 0);
  return {
    connect: async (onText, onClose) => {
      const client = await connect(room);
      clients.add(client);
      Object.assign(client, { onText, onClose });
      return { send: (text) => client.send(text), leave: () => client.leave(1000) };
    },
    settle: async () => {
      for (let before = -1; before !== heard();) {
        before = heard();
        await new Promise((resolve) => setTimeout(resolve, CALM_MS));
      }
    },
    sleep: () => evictDurableObject(roomOf(room), { webSockets: "hibernate" }),
    crash: async () => {
      // The call dies with the object.
      await runInDurableObject(roomOf(room), (_room, state) => state.abort("A crash.")).catch(() => {});
    },
    attach: (value) =>
      runInDurableObject(roomOf(room), (_room, state) =>
        state.getWebSockets()[0]?.serializeAttachment(value),
      ),
    ring: async () => void (await runDurableObjectAlarm(roomOf(room))),
    holdSync: () =>
      runInDurableObject(roomOf(room), (_room, { storage }) => {
        Object.defineProperty(storage, "sync", { value: () => new Promise(() => {}) });
      }),
    stored: () =>
      runInDurableObject(roomOf(room), (_room, { storage: { sql } }) =>
        new SqlLog(new Database(sql), "none").after(0, 100).map(({ message }) => message),
      ),
  };
}

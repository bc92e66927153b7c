import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { connect, freshRoom, join, roomOf, type TestClient } from "./client.ts";

const KEY = "a-secret-key-of-ann";

async function enter(room: string, client: string): Promise<TestClient> {
  const entered = await connect(room);
  entered.send({ name: client, protocol: 1, key: KEY, client });
  await entered.upTo("welcome");
  return entered;
}

type Lines = Map<string, { unchecked: number }>;

const alarmOf = (room: string): Promise<number | null> =>
  runInDurableObject(roomOf(room), (_room, state) => state.storage.getAlarm());

describe("alarms", () => {
  test("[D12] a socket without a name has the room woken at its deadline; a later wish does not move that", async () => {
    const room = freshRoom();
    const began = Date.now();
    const { client } = await join(room, "ann");
    const at = await alarmOf(room);
    expect(at).toBeGreaterThanOrEqual(began + 30_000);
    expect(at).toBeLessThan(began + 40_000);
    client.send({ message: "to be kept for a month" });
    await client.upTo("message");
    expect(await alarmOf(room)).toBe(at);
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    client.send({ message: "so is this" });
    await client.upTo("message");
    expect(await alarmOf(room)).toBe(at);
  });

  test("[D12] an alarm that is set for later is moved forward, also by a room that slept", async () => {
    const room = freshRoom();
    const late = Date.now() + 1_000_000;
    await runInDurableObject(roomOf(room), (_room, state) => state.storage.setAlarm(late));
    await evictDurableObject(roomOf(room), {});
    await connect(room);
    expect(await alarmOf(room)).toBeLessThan(late);
  });

  test("[D12] [P6] an alarm closes the delivery client that pinged nothing, and is set again for the other", async () => {
    const room = freshRoom();
    const [loud, silent] = [await enter(room, "loud"), await enter(room, "silent")];
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    await runInDurableObject(roomOf(room), (_room, state) => {
      for (const socket of state.getWebSockets()) {
        const attachment = socket.deserializeAttachment() as Record<string, unknown>;
        socket.serializeAttachment({ ...attachment, since: Date.now() - 300_000 });
      }
    });
    loud.send("ping");
    await loud.upTo("pong");
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    const began = Date.now();
    expect(await runDurableObjectAlarm(roomOf(room))).toBe(true);
    expect(await silent.closed()).toEqual({ code: 4009, reason: "No ping came from you." });
    expect(loud.close).toBeNull();
    // What the one that left owes is looked at before.
    await runInDurableObject(roomOf(room), (_room, { storage }) => storage.sql.exec("DELETE FROM budgets"));
    expect(await runDurableObjectAlarm(roomOf(room))).toBe(true);
    expect(await alarmOf(room)).toBeGreaterThan(began + 290_000);
  });

  test("[D12] an alarm drops messages that are too old, and later joins do not see them", async () => {
    const room = freshRoom();
    const { client } = await join(room, "ann");
    for (const message of ["old", "young"]) client.send({ message });
    for (let i = 0; i < 2; i++) await client.upTo("message");
    await runInDurableObject(roomOf(room), (_room, state) => {
      state.storage.sql.exec("UPDATE messages SET timestamp = 1 WHERE seq = 1");
    });
    await runDurableObjectAlarm(roomOf(room));
    const { frames } = await join(room, "bob");
    expect(frames.flatMap(({ message }) => message ?? [])).toEqual(["young"]);
  });
});

describe("sockets that fail", () => {
  test("[D10] a reader that is too far behind is closed with 4008 by the send that finds it; the others talk on", async () => {
    const room = freshRoom();
    const slow = await enter(room, "slow");
    const { client: bob } = await join(room, "bob");
    await runInDurableObject(roomOf(room), (instance, state) => {
      const socket = state
        .getWebSockets()
        .find((one) => JSON.stringify(one.deserializeAttachment()).includes('"slow"'));
      Object.defineProperty(socket, "bufferedAmount", { value: 2 ** 26 });
      // What waits is asked once in a sixteenth of the bound: so much has been sent.
      const lines = Reflect.get(Reflect.get(instance, "sockets") as object, "lines") as Lines;
      for (const line of lines.values()) line.unchecked = env.SLOW_READER_BYTES / 16;
    });
    bob.send({ message: "hi" });
    expect(await slow.closed()).toMatchObject({ code: 4008 });
    expect(await bob.upTo("quit")).toMatchObject([{ message: "hi" }, { quit: "slow" }]);
  });

  test("[D10] a socket whose send throws is a member that left", async () => {
    const room = freshRoom();
    await join(room, "dead");
    const { client: bob } = await join(room, "bob");
    await runInDurableObject(roomOf(room), (_room, state) => {
      const socket = state
        .getWebSockets()
        .find((one) => JSON.stringify(one.deserializeAttachment()).includes('"dead"'));
      Object.defineProperty(socket, "send", {
        value: () => {
          throw new Error("gone");
        },
      });
    });
    bob.send({ message: "hi" });
    expect(await bob.upTo("quit")).toMatchObject([{ message: "hi" }, { quit: "dead" }]);
  });

  test("[D10] [D13] an error of a socket is a leave; of one that the room does not know, it only closes it", async () => {
    const room = freshRoom();
    const { client: ann } = await join(room, "ann");
    const { client: bob } = await join(room, "bob");
    await runInDurableObject(roomOf(room), (instance, state) => {
      const [newest] = state.getWebSockets();
      if (newest !== undefined) for (let i = 0; i < 2; i++) instance.webSocketError(newest);
    });
    expect(await bob.closed()).toEqual({ code: 1000, reason: "Bye." });
    expect(await ann.upTo("quit")).toMatchObject([{ joined: "bob" }, { quit: "bob" }]);
  });

  test("[D13] a close on a socket that the room does not know is answered", async () => {
    const answers: unknown[] = [];
    const stranger = {
      deserializeAttachment: () => null,
      close: (...answer: unknown[]) => answers.push(answer),
    };
    await runInDurableObject(roomOf(freshRoom()), (instance) => {
      instance.webSocketClose(stranger as unknown as WebSocket);
    });
    expect(answers).toEqual([[1000, "Bye."]]);
  });

  test("[D11] a frame on a socket that the room has closed does nothing", async () => {
    const room = freshRoom();
    const { client: ann } = await join(room, "ann");
    await runInDurableObject(roomOf(room), (instance) => {
      const [, stranger] = Object.values(new WebSocketPair());
      if (stranger !== undefined) instance.webSocketMessage(stranger, '{"message":"hi"}');
    });
    ann.expectSilence();
  });
});

test("[D8] members of the delivery protocol hear of a join by themselves, a moment later", async () => {
  const room = freshRoom();
  const del = await enter(room, "del");
  await join(room, "ann");
  const last = (await del.upTo("presence")).at(-1);
  expect(last).toMatchObject({ presence: { count: 2 } });
});

test("[P1] an author is the same for ever: a prefix of a hash of the key", async () => {
  const client = await connect(freshRoom());
  client.send({ name: "ann", protocol: 1, key: KEY, client: "tab" });
  const [frame] = await client.upTo("welcome");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`edge-chat author\n${KEY}`));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
  expect(frame).toMatchObject({ welcome: { author: hash.slice(0, 22) } });
});

test("[D6] [D11] a room whose disk refuses says so in the log, without a word of what was said", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const room = freshRoom();
  const { client } = await join(room, "ann");
  await runInDurableObject(roomOf(room), (_room, state) => {
    state.storage.sql.exec(
      "CREATE TRIGGER refuse BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    );
  });
  client.send({ message: "private" });
  await client.closed();
  expect(log).toHaveBeenCalledWith({
    event: "room-reset",
    room: expect.stringMatching(/^[\w-]{12}$/),
    cause: expect.stringContaining("disk full"),
  });
  expect(JSON.stringify(log.mock.calls)).not.toContain("private");
  log.mockRestore();
});

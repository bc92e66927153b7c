// A constructor that throws when a frame wakes the room: the one scene of the platform's contract that needs a process of its own.
// The room falls asleep by itself, after ten seconds.
import { test } from "vitest";
import { WebSocket } from "ws";
import { brokenWorker, serve } from "../support/fault-server.ts";
import { playFailingStart, type Scene } from "../support/platform-contract.ts";
import { RawClient } from "../support/raw-client.ts";
import { pause } from "../support/until.ts";

const ASLEEP_AFTER_MS = 11_500;
const CALM_MS = 500;

test("[D9] on workerd, a room that cannot start loses what woke it, and every socket", async () => {
  const made = "this.room = new Room(ports, restored, this.sockets.hasTurnedAway);";
  const fails = 'if (restored.length > 0 && this.log.head === 1) throw new Error("It cannot start.");';
  const server = await serve("failing-start", { worker: await brokenWorker(made, `${made} ${fails}`) });
  const address = `${server.url.replace("http", "ws")}/api/room/failing-start/websocket`;
  const scene: Scene = {
    settle: () => pause(CALM_MS),
    sleep: () => pause(ASLEEP_AFTER_MS),
    connect: async (onText, onClose) => {
      const socket = await open(address);
      socket.on("message", (data: Buffer) => onText(data.toString()));
      socket.on("close", onClose);
      return { send: (text) => socket.send(text), leave: () => socket.close(1000) };
    },
    stored: async () => {
      const reader = await RawClient.connect(server.url, "failing-start", "10.0.0.9");
      reader.send({ name: "reader" });
      const frames = await reader.until(({ ready }) => ready === true, "end of the join");
      await reader.close();
      return frames.flatMap(({ message }) => message ?? []);
    },
  };
  // The build fails by itself, where somebody is here and one message is stored.
  await playFailingStart(scene, () => {});
});

const open = (address: string): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(address);
    socket.once("open", () => resolve(socket));
    socket.once("error", reject);
  });

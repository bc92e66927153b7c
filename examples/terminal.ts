// A chat in a terminal: what you type is said at Enter, Ctrl-D leaves when everything is stored.
//   node examples/terminal.ts ann ws://127.0.0.1:8787/api/room/lobby/websocket
import { createInterface } from "node:readline";
import { ChatClient, ChatError } from "../src/client/chat-client.ts"; // elsewhere: from "edge-chat-client"

const [, , name = "anonymous", url = "ws://127.0.0.1:8787/api/room/lobby/websocket"] = process.argv;
const key = process.env.CHAT_KEY ?? crypto.randomUUID();
const client = new ChatClient({ url, name, key, client: `terminal ${process.pid}` });
const line = (text: string): void => console.log(text);

client.on("messages", ({ messages }) => {
  for (const { name: who, message } of messages) line(`${who}: ${message}`);
});
client.on("arrived", ({ members }) => line(`* ${members.map((member) => member.name).join(", ")} came`));
client.on("left", ({ members }) => line(`* ${members.map((member) => member.name).join(", ")} left`));
client.on("gap", ({ gap }) => line(`* ${gap.last - gap.first + 1} messages are missing here`));
client.on("status", ({ status, reason, retryMs }) => {
  const when = retryMs === undefined ? "" : `; next try in ${Math.ceil(retryMs / 1_000)} s`;
  line(`* ${status}${reason === undefined ? "" : `: ${reason}`}${when}`);
});
client.start();

const sent: Promise<unknown>[] = [];
for await (const text of createInterface({ input: process.stdin })) {
  sent.push(
    client.send(text).catch((error: unknown) => {
      line(`* not sent: ${error instanceof ChatError ? error.code : String(error)}`);
    }),
  );
}
await Promise.all(sent);
client.close();

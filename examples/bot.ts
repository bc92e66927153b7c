// A bot that answers "!time". It is in a room until Ctrl-C, and comes back by itself whatever happens to the server.
//   node examples/bot.ts ws://127.0.0.1:8787/api/room/lobby/websocket
import { ChatClient } from "../src/client/chat-client.ts"; // elsewhere: from "edge-chat-client"
import { MessageStream } from "../src/client/extras/stream.ts"; // elsewhere: from "edge-chat-client/stream"

const [, , url = "ws://127.0.0.1:8787/api/room/lobby/websocket"] = process.argv;
const key = process.env.CHAT_KEY ?? crypto.randomUUID(); // with a key of its own it is the same author tomorrow
const leave = new AbortController();
process.once("SIGINT", () => leave.abort());

await using client = new ChatClient({ url, name: "clock", key, client: "bot", signal: leave.signal });
const stream = new MessageStream(client.start());
client.on("status", ({ status }) => console.log(status));

for await (const item of stream) {
  if (item.type !== "message" || item.message.message !== "!time") continue;
  const seq = await client.send(`@${item.message.name} ${new Date().toISOString()}`);
  console.log(`answered ${item.message.name}: message ${seq}`);
}

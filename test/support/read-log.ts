// What a room has in the end, read as a member does: join, then page back to the first message.
import { WebSocket } from "ws";
import { ChatSocket, type SocketClass } from "../../src/client/chat-socket.ts";
import type { ChatMessage } from "../../src/protocol/messages.ts";
import { type HistoryEvent, seenOf } from "./history.ts";
import { addressOf } from "./person.ts";
import { until } from "./until.ts";

export type LogEvent = Extract<HistoryEvent, { type: "log" }>;

let readers = 0;

/** Each reader has an address of its own: one address goes on to few rooms at once (L10). */
class ReaderSocket extends WebSocket {
  constructor(url: string) {
    const reader = readers++;
    super(url, { headers: { "CF-Connecting-IP": `10.99.${(reader >> 8) & 255}.${reader & 255}` } });
  }
}

/** The whole log of a room that is quiet. Throws an Error where it does not come within 30 s. */
export async function readLog(url: string, room: string): Promise<LogEvent> {
  const messages: ChatMessage[] = [];
  let epoch: string | null = null;
  let isComplete = false;
  const client: ChatSocket = new ChatSocket({
    url: addressOf(url, room),
    name: "reader",
    key: crypto.randomUUID(),
    client: "log",
    // It has all that is used; the types of its listeners' options are its own.
    WebSocket: ReaderSocket as unknown as SocketClass,
    onEvent: (event) => {
      if (event.type === "joined") {
        epoch = event.epoch;
        client.do({ type: "history", before: Number.MAX_SAFE_INTEGER });
      }
      if (event.type !== "history") return;
      messages.unshift(...event.messages);
      isComplete = !event.more;
      if (event.more) client.do({ type: "history", before: messages[0]?.seq ?? 0 });
    },
  });
  client.start();
  try {
    await until(
      () => isComplete,
      () => `the whole log of ${room}, of which ${messages.length} messages came`,
      30_000,
    );
  } finally {
    client.stop();
  }
  const floor = (messages[0]?.seq ?? 1) - 1;
  return { type: "log", epoch: epoch ?? "", floor, messages: messages.map(seenOf), isQuiet: true };
}

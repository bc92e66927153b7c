// Somebody who chats through ChatSocket, from Node, and whose story goes into a history.
import { ChatSocket, type ChatSocketOptions } from "../../src/client/chat-socket.ts";
import type { AppEvent, Status } from "../../src/client/events.ts";
import { ClientRecorder, type HistoryEvent } from "./history.ts";

/** Where a room of a server is. */
export const addressOf = (url: string, room: string): string =>
  `${url.replace("http", "ws")}/api/room/${room}/websocket`;

/** Makes this version's client, or one that is like it. */
export type MakeClient = (options: ChatSocketOptions) => Pick<ChatSocket, "start" | "send" | "do" | "stop">;

export class Person {
  readonly name: string;
  status: Status = "connecting";
  /** The newest message received, and its place. */
  newest = "";
  head = 0;
  members = 0;
  unconfirmed = 0;
  losses = 0;
  resumes = 0;
  /** Messages that turned out to be stored when the connection came back: the echo had been lost. */
  recovered = 0;
  private readonly client: ReturnType<MakeClient>;
  private readonly recorder: ClientRecorder;
  private isBeingWelcomed = false;
  private said = 0;

  constructor(
    history: HistoryEvent[],
    url: string,
    room: string,
    name: string,
    makeClient: MakeClient = (options) => new ChatSocket(options),
  ) {
    this.name = name;
    this.recorder = new ClientRecorder(history, name, name);
    this.client = makeClient({
      url: addressOf(url, room),
      name,
      key: `the secret key of ${name}`,
      client: "test",
      onEvent: (event) => {
        this.recorder.observe(event);
        this.observe(event);
      },
    });
  }

  start(): void {
    this.client.start();
  }

  /** Says something that nobody said before; `padding` makes it longer. */
  say(padding = ""): void {
    const message = `${this.name} ${++this.said} ${padding}`;
    this.recorder.sent(this.client.send(message), message);
  }

  /** The network is back: the client need not wait out its backoff. */
  hint(): void {
    this.client.do({ type: "online" });
  }

  /** Asks for the newest page of history, and shows it to nobody. */
  page(): void {
    this.client.do({ type: "history", before: Number.MAX_SAFE_INTEGER });
  }

  stop(): void {
    this.client.stop();
  }

  private observe(event: AppEvent): void {
    switch (event.type) {
      case "joined":
        this.isBeingWelcomed = true;
        if (event.resumed) this.resumes += 1;
        break;
      case "confirmed":
        if (this.isBeingWelcomed) this.recovered += event.ids.length;
        break;
      case "status":
        if (event.status === "offline" && this.status === "live") this.losses += 1;
        if (event.status === "live") this.isBeingWelcomed = false;
        this.status = event.status;
        break;
      case "messages":
        this.head = event.messages.at(-1)?.seq ?? this.head;
        this.newest = event.messages.at(-1)?.message ?? this.newest;
        break;
      case "outbox":
        this.unconfirmed = event.items.length;
        break;
      case "roster":
        this.members = event.count;
        break;
      default:
    }
  }
}

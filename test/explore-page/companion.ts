// Somebody who talks in a room while a machine uses the page: mostly a line now and then, sometimes all at once.
import { ChatSocket } from "../../src/client/chat-socket.ts";

const EVERY_MS = 400;
/** One line in so many begins a burst. */
const BURST_EVERY = 60;
const BURST = 400;

export class Companion {
  private readonly client: ChatSocket;
  private timer: ReturnType<typeof setInterval> | undefined;
  private said = 0;

  constructor(url: string, room: string) {
    this.client = new ChatSocket({
      url: `${url.replace("http", "ws")}/api/room/${room}/websocket`,
      name: "Companion",
      key: crypto.randomUUID(),
      client: "companion",
      onEvent: () => {},
    });
  }

  start(): void {
    this.client.start();
    for (let i = 0; i < 250; i++) this.say();
    this.timer = setInterval(() => {
      const count = this.said % BURST_EVERY === 0 ? BURST : 1;
      for (let i = 0; i < count; i++) this.say();
    }, EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.client.stop();
  }

  private say(): void {
    this.said += 1;
    this.client.send(`n${this.said} ${"word ".repeat(1 + (this.said % 23))}`);
  }
}

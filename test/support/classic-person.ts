// Somebody who chats in the classic protocol, and whose story goes into a history. A classic client cannot know what became of
// a message whose echo it did not see: such ones count as given up. Each connection is a client of its own: nothing resumes.
import type { Frame } from "./frames.ts";
import type { HistoryEvent } from "./history.ts";
import { addressOf } from "./person.ts";

const REJOIN_AFTER_MS = 50;

export class ClassicPerson {
  isIn = false;
  /** The newest message received. */
  newest = "";
  losses = 0;
  echoes = 0;
  private readonly history: HistoryEvent[];
  private readonly address: string;
  private readonly name: string;
  private socket: WebSocket | null = null;
  private connections = 0;
  private said = 0;
  private unanswered = new Set<string>();
  private isStopped = false;

  constructor(history: HistoryEvent[], url: string, room: string, name: string) {
    this.history = history;
    this.address = addressOf(url, room);
    this.name = name;
  }

  /** Messages of this connection whose echo is still to come. */
  get unconfirmed(): number {
    return this.unanswered.size;
  }

  private get client(): string {
    return `${this.name}.${this.connections}`;
  }

  /** Connects and joins, and stays until `stop`: who is thrown out or not let in comes again. */
  start(): void {
    if (this.isStopped) return;
    const socket = new WebSocket(this.address);
    this.socket = socket;
    this.connections += 1;
    socket.addEventListener("open", () => socket.send(JSON.stringify({ name: this.name })));
    socket.addEventListener("message", ({ data }) => this.receive(JSON.parse(String(data)) as Frame));
    socket.addEventListener("close", () => this.lose());
  }

  /** Says something that nobody said before, if it is in the room. */
  say(): void {
    if (!this.isIn || this.socket?.readyState !== 1) return;
    const message = `${this.name} ${++this.said}`;
    this.history.push({ type: "sent", client: this.client, name: this.name, message });
    this.unanswered.add(message);
    this.socket.send(JSON.stringify({ message }));
  }

  stop(): void {
    this.isStopped = true;
    this.socket?.close(1000);
    this.lose();
  }

  /** What was not echoed by now may be stored or not: nobody will say. */
  giveUp(): void {
    for (const message of this.unanswered) {
      this.history.push({ type: "failed", client: this.client, message });
    }
    this.unanswered = new Set();
  }

  private receive({ name, message, timestamp, joined, ready, error }: Frame): void {
    const { client } = this;
    if (!this.isIn && error !== undefined) this.socket?.close(1000);
    if (!this.isIn && (joined !== undefined || message !== undefined || ready === true)) {
      this.isIn = true;
      this.history.push({ type: "joined", client, epoch: "", resumed: false, after: null, head: null });
    }
    if (name === undefined || message === undefined || timestamp === undefined) return;
    this.newest = message;
    this.history.push({ type: "received", client, epoch: "", seen: { seq: null, name, message, timestamp } });
    if (!this.unanswered.delete(message)) return;
    this.echoes += 1;
    this.history.push({ type: "acknowledged", client, epoch: "", message });
  }

  private lose(): void {
    if (this.socket === null) return;
    this.socket = null;
    this.losses += 1;
    if (this.isIn) this.history.push({ type: "left", client: this.client });
    this.isIn = false;
    this.giveUp();
    setTimeout(() => this.start(), REJOIN_AFTER_MS);
  }
}

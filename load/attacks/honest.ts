// Honest people in one room: each has an address of its own and keeps to the rate. They say how long their own words take.
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import { DELIVERY_PROTOCOL, PING, PONG } from "../../src/protocol/limits.ts";

/** How many there are. */
export const PEOPLE = 60;
const EVERY_MS = 1_000;
/** They ping after so many words: who does not is dropped (SILENCE_MS), whatever it says. */
const WORDS_TO_PING = 20;

export class HonestPeople {
  private readonly sockets: WebSocket[];
  private latencies: number[] = [];
  private readonly sent = new Map<string, number>();
  private count = 0;

  private constructor(sockets: WebSocket[]) {
    this.sockets = sockets;
  }

  static async gather(url: string, room: string): Promise<HonestPeople> {
    const sockets: WebSocket[] = [];
    const people = new HonestPeople(sockets);
    for (let i = 0; i < PEOPLE; i++) {
      const path = `${url.replace("http", "ws")}/api/room/${room}/websocket`;
      const headers = { "CF-Connecting-IP": `10.50.0.${i}` };
      const socket = new WebSocket(path, { headers, perMessageDeflate: false });
      await once(socket, "open");
      sockets.push(socket);
      const key = `a-key-of-person-${i}-----`;
      socket.on("message", (data: Buffer) => people.hear(i, data.toString()));
      socket.send(JSON.stringify({ name: `p${i}`, protocol: DELIVERY_PROTOCOL, key, client: "tab" }));
      await once(socket, "message");
    }
    return people;
  }

  /** They talk for so long; returns the latencies in ms. Rejects where somebody was thrown out or not answered. */
  async talk(ms: number): Promise<readonly number[]> {
    this.latencies = [];
    const began = performance.now();
    let turn = 0;
    for (let round = 0; round < Math.floor(ms / EVERY_MS); round++) {
      this.count += 1;
      for (const [i, socket] of this.sockets.entries()) {
        const message = `${i}:${this.count}`;
        this.sent.set(message, performance.now());
        socket.send(JSON.stringify({ message, counter: this.count }));
        if (this.count % WORDS_TO_PING === 0) socket.send(PING);
        turn += 1;
        await pause(Math.max(1, began + (turn * EVERY_MS) / PEOPLE - performance.now()));
      }
    }
    for (const end = performance.now() + 5_000; this.sent.size > 0 && performance.now() < end;)
      await pause(10);
    if (this.sent.size > 0) throw new Error(`${this.sent.size} honest messages were not answered.`);
    return this.latencies;
  }

  leave(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  private hear(i: number, text: string): void {
    if (text === PONG) return;
    const { events } = JSON.parse(text) as { events?: readonly { message: string }[] };
    for (const { message } of events ?? []) {
      const at = message.startsWith(`${i}:`) ? this.sent.get(message) : undefined;
      if (at === undefined) continue;
      this.sent.delete(message);
      this.latencies.push(performance.now() - at);
    }
  }
}

// Three clients of the delivery protocol and two classic ones in one held room, and the history that they write together.
import { type HistoryEvent, seenOf } from "../../support/history.ts";
import { ClassicClient, DeliveryClient } from "./chat-client.ts";
import { freshAddress } from "./client.ts";
import { HeldRoom, passTime } from "./held-room.ts";

export class Scene {
  readonly history: HistoryEvent[] = [];
  readonly room = new HeldRoom();
  readonly delivery: readonly DeliveryClient[];
  readonly classic: readonly ClassicClient[];

  constructor() {
    const { room, history } = this;
    this.delivery = ["ann", "bob", "cat"].map(
      (name) => new DeliveryClient(room, name, freshAddress(), history),
    );
    this.classic = ["dan", "eve"].map((name) => new ClassicClient(room, name, freshAddress(), history));
  }

  get clients(): readonly (DeliveryClient | ClassicClient)[] {
    return [...this.delivery, ...this.classic];
  }

  /** Everybody does what is due, and the room comes to rest. */
  async rest(): Promise<void> {
    for (const client of this.clients) await client.tick();
    await this.room.settle();
  }

  /** Until everybody is in, nothing waits to be sent, and the history has the room's log. */
  async end(): Promise<void> {
    for (let rounds = 0; rounds < 100; rounds++) {
      await this.rest();
      if (this.delivery.every(({ status, outbox }) => status === "live" && outbox.length === 0)) break;
      passTime(5_000);
    }
    await this.rest();
    const { epoch, floor, messages } = await this.room.log();
    this.history.push({ type: "log", epoch, floor, messages: messages.map(seenOf), isQuiet: true });
  }
}

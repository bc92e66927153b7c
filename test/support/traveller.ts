// Somebody behind one address who speaks in several rooms in turn, as fast as they let it: its budget travels all the time.
import type { Frame } from "./frames.ts";
import { RawClient } from "./raw-client.ts";
import { pause, until } from "./until.ts";

const HASTE_MS = 50;
/** Messages in one room before the next: the first comes with a move, the others find the budget there. */
const STAY = 3;

export class Traveller {
  /** What was echoed. */
  readonly acknowledged = new Set<string>();
  refused = 0;
  /** The longest that an answer took, in ms. */
  slowest = 0;
  private readonly url: string;
  private readonly address: string;
  private clients: readonly RawClient[] = [];
  private said = 0;
  private turn = 0;

  constructor(url: string, address: string) {
    this.url = url;
    this.address = address;
  }

  /** Connects to these rooms and joins them. */
  async arrive(rooms: readonly string[]): Promise<void> {
    this.clients = await Promise.all(
      rooms.map(async (room) => {
        const client = await RawClient.connect(this.url, room, this.address);
        client.send({ name: this.address });
        await client.until(({ ready }) => ready === true, "ready");
        return client;
      }),
    );
  }

  get answers(): number {
    return this.acknowledged.size + this.refused;
  }

  /** Speaks in one room after the other until it is over, or the connection is; refused, it hardly waits. */
  async talk(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const client = this.clients[Math.floor(this.turn++ / STAY) % this.clients.length];
      const answer = client === undefined ? null : await this.speak(client);
      if (answer === null) return;
      if (answer.retryAfter !== undefined) await pause(Math.min(answer.retryAfter, HASTE_MS));
    }
  }

  /** The answer; null where the connection is lost before it comes. */
  private async speak(client: RawClient): Promise<Frame | null> {
    const text = `${this.address} ${++this.said}`;
    const seen = client.frames.length;
    const answerOf = (): Frame | undefined =>
      client.frames.slice(seen).find(({ message, error }) => message === text || error !== undefined);
    const began = performance.now();
    client.send({ message: text });
    await until(
      () => answerOf() !== undefined || !client.isOpen,
      () => `an answer to "${text}"`,
    );
    const answer = answerOf();
    if (answer === undefined) return null;
    this.slowest = Math.max(this.slowest, performance.now() - began);
    if (answer.error === undefined) this.acknowledged.add(text);
    else this.refused += 1;
    return answer;
  }
}

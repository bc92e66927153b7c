// What people at their pages lived through, as a history for the checker: what they typed, and what stands on their screens.
import type { Page } from "playwright-core";
import { RawClient } from "../support/raw-client.ts";
import { checkDrawn, type DrawnVerdict } from "../timeline/drawn.ts";
import type { HistoryEvent, Seen } from "../support/history.ts";
import { say, type Visitor } from "./browser.ts";

/** Pages do not show the epoch; none of these stories goes over an erasure. */
const EPOCH = "the log";

/** One room's story. Each visitor has to be in the room before the first message is said. */
export class Story {
  private readonly history: HistoryEvent[] = [];
  private readonly people: ReadonlyMap<string, Visitor>;

  constructor(people: Readonly<Record<string, Visitor>>) {
    this.people = new Map(Object.entries(people));
  }

  async say(name: string, message: string): Promise<void> {
    this.history.push({ type: "sent", client: name, name, message });
    await say(this.pageOf(name), message);
  }

  /** Everybody's story to the end, against what the room itself says it has. */
  async verdict(url: string, room: string): Promise<DrawnVerdict> {
    for (const client of this.people.keys()) {
      this.history.push({ type: "joined", client, epoch: EPOCH, resumed: false, after: 0, head: 0 });
      for (const { isOwn, ...seen } of await shownOn(this.pageOf(client))) {
        this.history.push({ type: "received", client, epoch: EPOCH, seen });
        // To its sender, a message in the log is one that was confirmed.
        if (isOwn) this.history.push({ type: "acknowledged", client, epoch: EPOCH, message: seen.message });
      }
    }
    const messages = await storedIn(url, room);
    this.history.push({ type: "log", epoch: EPOCH, floor: 0, messages, isQuiet: true });
    return checkDrawn(this.history, `browsers in ${room}`);
  }

  private pageOf(name: string): Page {
    const visitor = this.people.get(name);
    if (visitor === undefined) throw new Error(`Nobody here is called ${name}.`);
    return visitor.page;
  }
}

/** The rows of the log, from top to bottom. */
function shownOn(page: Page): Promise<(Seen & { readonly isOwn: boolean })[]> {
  return page.locator("#log .message").evaluateAll((rows) =>
    rows.map((row) => {
      const { seq } = (row as HTMLElement).dataset;
      const name = row.querySelector(".head .name, bdi.sr")?.textContent ?? "";
      const timestamp = Date.parse(row.querySelector("time")?.dateTime ?? "");
      const message = row.querySelector(".text")?.textContent ?? "";
      const isOwn = row.classList.contains("own");
      return { seq: Number(seq), name, message, timestamp, isOwn };
    }),
  );
}

/** What the room tells somebody new: the last 100 messages, of which a story has fewer. */
async function storedIn(url: string, room: string): Promise<Seen[]> {
  const client = await RawClient.connect(url, room, "10.8.0.1");
  client.send({ name: "log", protocol: 1, key: "the key of nobody here", client: "log" });
  const frames = await client.until(({ welcome }) => welcome !== undefined, "welcome");
  const head = frames.flatMap(({ welcome }) => welcome?.head ?? [])[0] ?? 0;
  if (head > 0) await client.until(({ last }) => last === head, "last message");
  await client.close();
  return client.frames.flatMap(({ events }) => events ?? []);
}

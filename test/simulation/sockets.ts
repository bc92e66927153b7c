// A room's sockets, and what the platform keeps of them while the room sleeps. The twin of src/room/sockets.ts.
import { PONG } from "../../src/protocol/limits.ts";
import { type Attachment, fromAttachment, type Session, toAttachment } from "../../src/room/session.ts";
import type { Link } from "./link.ts";

export class Sockets {
  /** How often a socket was closed with each code. */
  readonly closes = new Map<number, number>();
  /** When the runtime last heard a ping of each connection. */
  readonly heard = new Map<string, number>();
  private readonly links = new Map<string, Link>();
  /** Sockets that stand, also those whose close waits for a commit. */
  private readonly standing = new Set<Link>();
  private readonly attachments = new Map<string, Attachment>();
  /** Sockets that have closed, of which the object has not heard: the platform does not list them. */
  private readonly closing = new Set<string>();

  add(connection: string, link: Link): void {
    this.links.set(connection, link);
    this.standing.add(link);
  }

  has(connection: string): boolean {
    return this.links.has(connection);
  }

  /** The runtime answers a ping by itself: past the room and its output gate. */
  pong(connection: string, now: number): void {
    this.heard.set(connection, now);
    this.links.get(connection)?.fromRoom(PONG);
  }

  linkOf(connection: string): Link | undefined {
    return this.links.get(connection);
  }

  /** The close is on its way to the object. */
  closed(connection: string): void {
    this.closing.add(connection);
  }

  /** How many of the joined have closed unheard, and how many joined there are besides. */
  get unheard(): { readonly closing: number; readonly joined: number } {
    const joined = [...this.attachments.keys()].filter((connection) => this.isJoined(connection));
    const closing = joined.filter((connection) => this.closing.has(connection)).length;
    return { closing, joined: joined.length - closing };
  }

  isJoined(connection: string): boolean {
    return (this.attachments.get(connection)?.joined ?? null) !== null;
  }

  attach(session: Session): void {
    this.attachments.set(session.connection, toAttachment(session));
  }

  /** The sessions that a waking room finds. Of sockets whose close it is still to hear, the platform lists none. */
  restore(): Session[] {
    return [...this.attachments.keys()].flatMap((connection) =>
      this.closing.has(connection) ? [] : this.revive(connection),
    );
  }

  /** Through JSON, as the platform's structured clone would: nothing shared survives. */
  revive(connection: string): Session[] {
    const attachment: unknown = JSON.parse(JSON.stringify(this.attachments.get(connection) ?? null));
    const session = fromAttachment(attachment);
    return session === null ? [] : [session];
  }

  /** Forgets a connection; what closes its socket when the close may leave. */
  close(connection: string, code: number): () => void {
    const link = this.links.get(connection);
    this.links.delete(connection);
    this.attachments.delete(connection);
    this.heard.delete(connection);
    this.closing.delete(connection);
    this.closes.set(code, (this.closes.get(code) ?? 0) + 1);
    return () => {
      if (link === undefined) return;
      this.standing.delete(link);
      link.closeFromRoom(code);
    };
  }

  /** The object died: every socket breaks. */
  cut(): void {
    for (const link of this.standing) link.cut("client");
    this.standing.clear();
    this.links.clear();
    this.attachments.clear();
    this.heard.clear();
    this.closing.clear();
  }
}

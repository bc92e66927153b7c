// A room's sockets, and what the platform keeps of them while the room sleeps. The twin of src/room/sockets.ts.
import { PONG } from "../../src/protocol/limits.ts";
import { CLOSE } from "../../src/protocol/messages.ts";
import { fromAttachment, type Session, toAttachment } from "../../src/room/session.ts";
import type { Wire } from "./wire.ts";

export class Sockets {
  /** How often a socket was closed with each code. */
  readonly closes = new Map<number, number>();
  /** When the runtime last heard a ping of each connection. */
  readonly heard = new Map<string, number>();
  /** Whether a wake found a socket that is not known. */
  hasTurnedAway = false;
  private readonly wires = new Map<string, Wire>();
  /** Sockets that stand, also those whose close waits for a commit. */
  private readonly standing = new Set<Wire>();
  private readonly attachments = new Map<string, unknown>();
  /** Sockets that have closed, of which the object has not heard: the platform does not list them. */
  private readonly closing = new Set<string>();

  add(connection: string, wire: Wire): void {
    this.wires.set(connection, wire);
    this.standing.add(wire);
  }

  get isAnybody(): boolean {
    return this.standing.size > 0;
  }

  has(connection: string): boolean {
    return this.wires.has(connection);
  }

  /** The runtime answers a ping by itself: past the room and its output gate. */
  pong(connection: string, now: number): void {
    this.heard.set(connection, now);
    this.wires.get(connection)?.fromRoom(PONG);
  }

  wireOf(connection: string): Wire | undefined {
    return this.wires.get(connection);
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
    return this.revive(connection).some(({ joined }) => joined !== null);
  }

  attach(session: Session): void {
    this.attachments.set(session.connection, toAttachment(session));
  }

  /** What is kept of the newest socket is this from now on. */
  damage(attachment: unknown): void {
    const newest = [...this.attachments.keys()].at(-1);
    if (newest !== undefined) this.attachments.set(newest, attachment);
  }

  /**
   * The sessions that a waking room finds. Of sockets whose close it is still to hear, the platform lists none. One of which it
   * does not know what it kept is turned away.
   */
  restore(): Session[] {
    this.hasTurnedAway = false;
    return [...this.attachments.keys()].flatMap((connection) => {
      if (this.closing.has(connection)) return [];
      const sessions = this.revive(connection);
      if (sessions.length > 0) return sessions;
      this.hasTurnedAway = true;
      this.close(connection, CLOSE.unknown)();
      return sessions;
    });
  }

  /** Through JSON, as the platform's structured clone would: nothing shared survives. */
  revive(connection: string): Session[] {
    const attachment: unknown = JSON.parse(JSON.stringify(this.attachments.get(connection) ?? null));
    const session = fromAttachment(attachment);
    return session === null ? [] : [session];
  }

  /** Forgets a connection; what closes its socket when the close may leave. */
  close(connection: string, code: number): () => void {
    const wire = this.wires.get(connection);
    this.wires.delete(connection);
    this.attachments.delete(connection);
    this.heard.delete(connection);
    this.closing.delete(connection);
    this.closes.set(code, (this.closes.get(code) ?? 0) + 1);
    return () => {
      if (wire === undefined) return;
      this.standing.delete(wire);
      wire.closeFromRoom(code);
    };
  }

  /** The object died: every socket breaks. */
  cut(): void {
    for (const wire of this.standing) wire.cut("client");
    this.standing.clear();
    this.wires.clear();
    this.attachments.clear();
    this.heard.clear();
    this.closing.clear();
  }
}

// The room's sockets by connection, and what the platform asks of whoever closes or sends. Never throws.
import { CLOSE } from "../protocol/messages.ts";
import type { RoomEvent } from "./effects.ts";
import { fromAttachment, type Session, toAttachment } from "./session.ts";

/** How often the unsent bytes of a socket are looked at, while as much is sent as may wait. */
const CHECKS = 16;

interface Line {
  readonly socket: WebSocket;
  /** Units sent since the unsent bytes were last looked at. */
  unchecked: number;
}

export class Sockets {
  private readonly lines = new Map<string, Line>();
  private readonly connections = new WeakMap<WebSocket, string>();
  private readonly slowReaderBytes: number;
  /** Whether a wake found an open socket that is not known: somebody may be a member still in what the others were told. */
  hasTurnedAway = false;

  constructor(slowReaderBytes: number) {
    this.slowReaderBytes = slowReaderBytes;
  }

  add(connection: string, socket: WebSocket): void {
    this.lines.set(connection, { socket, unchecked: 0 });
    this.connections.set(socket, connection);
  }

  /** Takes in the sockets that survived hibernation; returns their sessions. One that is not known can only come anew. */
  restore(sockets: readonly WebSocket[]): Session[] {
    return sockets.flatMap((socket) => {
      const session = this.revive(socket);
      if (session !== null) return [session];
      // One that the room has closed itself is known to be gone.
      if (socket.readyState === WebSocket.READY_STATE_OPEN) this.hasTurnedAway = true;
      turnAway(socket);
      return [];
    });
  }

  /** The session of a socket, from its attachment; null where it has none of ours. */
  revive(socket: WebSocket): Session | null {
    const session = fromAttachment(socket.deserializeAttachment());
    if (session !== null) this.add(session.connection, socket);
    return session;
  }

  connectionOf(socket: WebSocket): string | undefined {
    return this.connections.get(socket);
  }

  /**
   * Sends the same frames to many, each member all of them in one go; returns what becomes of those that it does not
   * reach, or that read too slowly (D10). How much waits is asked once in a sixteenth of the bound: asking costs as much
   * as sending.
   */
  send(to: readonly string[], frames: readonly string[], now: number): RoomEvent[] {
    const events: RoomEvent[] = [];
    const length = frames.reduce((sum, frame) => sum + frame.length, 0);
    for (const connection of to) {
      const line = this.lines.get(connection);
      if (line === undefined) continue;
      try {
        for (const frame of frames) line.socket.send(frame);
        line.unchecked += length;
        if (line.unchecked * CHECKS > this.slowReaderBytes && this.isSlow(line))
          events.push({ type: "slow", now, connection });
      } catch {
        events.push({ type: "closed", now, connection });
      }
    }
    return events;
  }

  private isSlow(line: Line): boolean {
    line.unchecked = 0;
    return bufferedAmount(line.socket) > this.slowReaderBytes;
  }

  attach(session: Session): void {
    try {
      this.lines.get(session.connection)?.socket.serializeAttachment(toAttachment(session));
    } catch {
      // The socket is gone; its close event is on the way.
    }
  }

  /** Answers or begins a close (D13) and forgets the attachment, so that a wake does not bring the session back. */
  close(connection: string, code: number, reason: string): void {
    const socket = this.lines.get(connection)?.socket;
    if (socket === undefined) return;
    this.lines.delete(connection);
    this.connections.delete(socket);
    try {
      socket.serializeAttachment(null);
      socket.close(code, reason);
    } catch {
      // Closed on both sides already.
    }
  }

  /** When each connection was last heard by the runtime's auto-response. */
  heard(lastHeard: (socket: WebSocket) => Date | null): Map<string, number> {
    const heard = new Map<string, number>();
    for (const [connection, { socket }] of this.lines) {
      const at = lastHeard(socket);
      if (at !== null) heard.set(connection, at.getTime());
    }
    return heard;
  }
}

/** Pongs would go on for ever on a socket that the room does not know, and its frames go nowhere. */
export function turnAway(socket: WebSocket): void {
  try {
    socket.close(CLOSE.unknown, "The room does not know this connection; come again.");
  } catch {
    // Closed on both sides already.
  }
}

/** workerd has it from 2026-11-17 on; older ones say 0, and a slow reader is then only bounded by the platform. */
function bufferedAmount(socket: WebSocket): number {
  return "bufferedAmount" in socket && typeof socket.bufferedAmount === "number" ? socket.bufferedAmount : 0;
}

// The room's sockets by connection, and what the platform asks of whoever closes or sends. Never throws.
import { fromAttachment, type Session, toAttachment } from "./session.ts";

export class Sockets {
  private readonly byConnection = new Map<string, WebSocket>();
  private readonly connections = new WeakMap<WebSocket, string>();
  private readonly slowReaderBytes: number;

  constructor(slowReaderBytes: number) {
    this.slowReaderBytes = slowReaderBytes;
  }

  add(connection: string, socket: WebSocket): void {
    this.byConnection.set(connection, socket);
    this.connections.set(socket, connection);
  }

  /** Takes in the sockets that survived hibernation; returns their sessions. */
  restore(sockets: readonly WebSocket[]): Session[] {
    return sockets.flatMap((socket) => {
      const session = fromAttachment(socket.deserializeAttachment());
      if (session === null) return [];
      this.add(session.connection, socket);
      return [session];
    });
  }

  connectionOf(socket: WebSocket): string | undefined {
    return this.connections.get(socket);
  }

  /** Sends one frame to many; returns the connections that are dead or read too slowly (D10). */
  send(to: readonly string[], frame: string): { readonly dead: string[]; readonly slow: string[] } {
    const dead: string[] = [];
    const slow: string[] = [];
    for (const connection of to) {
      const socket = this.byConnection.get(connection);
      if (socket === undefined) continue;
      try {
        socket.send(frame);
        if (bufferedAmount(socket) > this.slowReaderBytes) slow.push(connection);
      } catch {
        dead.push(connection);
      }
    }
    return { dead, slow };
  }

  attach(session: Session): void {
    try {
      this.byConnection.get(session.connection)?.serializeAttachment(toAttachment(session));
    } catch {
      // The socket is gone; its close event is on the way.
    }
  }

  /** Answers or begins a close (D13) and forgets the attachment, so that a wake does not bring the session back. */
  close(connection: string, code: number, reason: string): void {
    const socket = this.byConnection.get(connection);
    if (socket === undefined) return;
    this.byConnection.delete(connection);
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
    for (const [connection, socket] of this.byConnection) {
      const at = lastHeard(socket);
      if (at !== null) heard.set(connection, at.getTime());
    }
    return heard;
  }
}

/** workerd has it from 2026-11-17 on; older ones say 0, and a slow reader is then only bounded by the platform. */
function bufferedAmount(socket: WebSocket): number {
  return "bufferedAmount" in socket && typeof socket.bufferedAmount === "number" ? socket.bufferedAmount : 0;
}

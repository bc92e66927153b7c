// The least that a room in a Durable Object can be: classic frames, hibernating sockets, each message to each member; no storage, no
// limits, no checks. The base line that Edge Chat's own room is measured against.

interface Env {
  readonly ROOMS: DurableObjectNamespace;
}

export default {
  fetch(request: Request, { ROOMS }: Env): Response | Promise<Response> {
    const name = /^\/api\/room\/([^/]+)\/websocket$/.exec(new URL(request.url).pathname)?.[1];
    if (name === undefined) return new Response(null, { status: 405 });
    return ROOMS.get(ROOMS.idFromName(name)).fetch(request);
  },
} satisfies ExportedHandler<Env>;

export class RelayRoom implements DurableObject {
  private readonly ctx: DurableObjectState;
  private last = 0;

  constructor(ctx: DurableObjectState) {
    this.ctx = ctx;
  }

  fetch(): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(socket: WebSocket, data: string): void {
    const fields = JSON.parse(data) as { readonly name?: string; readonly message?: string };
    const name = socket.deserializeAttachment() as string | null;
    if (name === null) {
      for (const member of this.ctx.getWebSockets()) {
        const joined = member.deserializeAttachment() as string | null;
        if (joined !== null) socket.send(JSON.stringify({ joined }));
      }
      socket.serializeAttachment(fields.name ?? "anonymous");
      this.toAll({ joined: fields.name });
      socket.send('{"ready":true}');
    } else {
      this.last = Math.max(Date.now(), this.last + 1);
      this.toAll({ name, message: fields.message, timestamp: this.last });
    }
  }

  webSocketClose(socket: WebSocket, code: number): void {
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
  }

  private toAll(frame: object): void {
    const text = JSON.stringify(frame);
    for (const member of this.ctx.getWebSockets()) member.send(text);
  }
}

// Sends what it is told to everybody, as one frame: what a frame costs, whatever is in it. For `npm run bench:frames`.

interface Env {
  readonly ROOMS: DurableObjectNamespace;
}

export default {
  fetch(request: Request, { ROOMS }: Env): Promise<Response> {
    return ROOMS.get(ROOMS.idFromName("frames")).fetch(request);
  },
} satisfies ExportedHandler<Env>;

export class FramesRoom implements DurableObject {
  private readonly ctx: DurableObjectState;

  constructor(ctx: DurableObjectState) {
    this.ctx = ctx;
  }

  fetch(): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(_socket: WebSocket, data: string): void {
    for (const member of this.ctx.getWebSockets()) member.send(data);
  }

  webSocketClose(socket: WebSocket): void {
    socket.close(1000);
  }
}

// What Cloudflare's original demo does with a message, in a few lines of our own: a limiter object is asked for each one, it is relayed
// to each session by a send of its own, and stored after that. Its limiter is asked and refuses nothing, so that a generator measures
// the room. The base line that a fan-out is compared with.

interface Env {
  readonly ROOMS: DurableObjectNamespace;
  readonly LIMITERS: DurableObjectNamespace;
}

export default {
  fetch(request: Request, { ROOMS }: Env): Response | Promise<Response> {
    const name = /^\/api\/room\/([^/]+)\/websocket$/.exec(new URL(request.url).pathname)?.[1];
    if (name === undefined) return new Response(null, { status: 405 });
    return ROOMS.get(ROOMS.idFromName(name)).fetch(request);
  },
} satisfies ExportedHandler<Env>;

const BACKLOG = 100;
const MAX_LENGTH = 256;

/** What survives hibernation. */
interface Attachment {
  readonly limiter: string;
  readonly name: string | null;
}

interface Session {
  name: string | null;
  readonly limiter: LimiterClient;
  /** Waits until the session says its name; null from then on. */
  waiting: string[] | null;
}

export class DemoRoom implements DurableObject {
  private readonly ctx: DurableObjectState;
  private readonly env: Env;
  private readonly sessions = new Map<WebSocket, Session>();
  private last = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    this.ctx = ctx;
    this.env = env;
    for (const socket of ctx.getWebSockets()) {
      const { limiter, name } = socket.deserializeAttachment() as Attachment;
      const waiting = name === null ? [] : null;
      this.sessions.set(socket, { name, limiter: this.limiterOf(limiter), waiting });
    }
  }

  async fetch(request: Request): Promise<Response> {
    const { 0: client, 1: socket } = new WebSocketPair();
    const address = request.headers.get("CF-Connecting-IP") ?? "unknown";
    this.ctx.acceptWebSocket(socket);
    const limiter = this.env.LIMITERS.idFromName(address).toString();
    socket.serializeAttachment({ limiter, name: null } satisfies Attachment);
    const waiting: string[] = [];
    for (const { name } of this.sessions.values())
      if (name !== null) waiting.push(JSON.stringify({ joined: name }));
    this.sessions.set(socket, { name: null, limiter: this.limiterOf(limiter), waiting });
    const stored = await this.ctx.storage.list<string>({ reverse: true, limit: BACKLOG });
    waiting.push(...[...stored.values()].toReversed());
    return new Response(null, { status: 101, webSocket: client });
  }

  async webSocketMessage(socket: WebSocket, data: string): Promise<void> {
    const session = this.sessions.get(socket);
    if (session === undefined) return;
    if (!session.limiter.allows()) {
      socket.send(JSON.stringify({ error: "Your IP is being rate-limited, please try again later." }));
      return;
    }
    const said = JSON.parse(data) as { readonly name?: string; readonly message?: string };
    if (session.name === null) this.join(socket, session, said.name ?? "anonymous");
    else await this.say(socket, session.name, `${said.message}`);
  }

  webSocketClose(socket: WebSocket, code: number): void {
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
    this.leave(socket);
  }

  private join(socket: WebSocket, session: Session, name: string): void {
    session.name = name;
    const { limiter } = socket.deserializeAttachment() as Attachment;
    socket.serializeAttachment({ limiter, name } satisfies Attachment);
    for (const frame of session.waiting ?? []) socket.send(frame);
    session.waiting = null;
    this.toAll({ joined: name });
    socket.send(JSON.stringify({ ready: true }));
  }

  private async say(socket: WebSocket, name: string, message: string): Promise<void> {
    if (message.length > MAX_LENGTH) {
      socket.send(JSON.stringify({ error: "Message too long." }));
      return;
    }
    const timestamp = Math.max(Date.now(), this.last + 1);
    this.last = timestamp;
    const said = { name, message, timestamp };
    this.toAll(said);
    await this.ctx.storage.put(new Date(timestamp).toISOString(), JSON.stringify(said));
  }

  private leave(socket: WebSocket): void {
    const session = this.sessions.get(socket);
    this.sessions.delete(socket);
    if (session !== undefined && session.name !== null) this.toAll({ quit: session.name });
  }

  private toAll(frame: object): void {
    const text = JSON.stringify(frame);
    const broken: WebSocket[] = [];
    for (const [socket, { waiting }] of this.sessions) {
      if (waiting !== null) waiting.push(text);
      else {
        try {
          socket.send(text);
        } catch {
          broken.push(socket);
        }
      }
    }
    for (const socket of broken) this.leave(socket);
  }

  private limiterOf(id: string): LimiterClient {
    const { LIMITERS } = this.env;
    return new LimiterClient(LIMITERS.get(LIMITERS.idFromString(id)));
  }
}

/** Answers at once from what the limiter said before, and asks it for the next time. */
class LimiterClient {
  private readonly limiter: DurableObjectStub;
  private cooldownUntil = 0;

  constructor(limiter: DurableObjectStub) {
    this.limiter = limiter;
  }

  allows(): boolean {
    if (Date.now() < this.cooldownUntil) return false;
    this.ask().catch((error: unknown) => console.error(error));
    return true;
  }

  private async ask(): Promise<void> {
    const answer = await this.limiter.fetch("https://limiter/", { method: "POST" });
    this.cooldownUntil = Date.now() + Number(await answer.text()) * 1_000;
  }
}

/** Seconds that an action costs. */
const PERIOD_S = 0;
const GRACE_S = 20;

export class DemoLimiter implements DurableObject {
  private next = 0;

  fetch(): Response {
    const now = Date.now() / 1_000;
    this.next = Math.max(now, this.next) + PERIOD_S;
    return new Response(`${Math.max(0, this.next - now - GRACE_S)}`);
  }
}

// One chat room as a Durable Object: callbacks become events, effects become sends, writes and calls. room.ts decides.
import { createHash, randomUUID } from "node:crypto";
import { DurableObject } from "cloudflare:workers";
import { type Env, varsOf } from "../env.ts";
import { PING, PONG } from "../protocol/limits.ts";
import { type Charge, type ChargeReply, CALL_MS } from "../rate-limit/charge.ts";
import { NO_ADDRESS } from "../rate-limit/identity.ts";
import type { RateLimiter } from "../rate-limit/rate-limiter.ts";
import { readConfig } from "./config.ts";
import type { RoomEffect, RoomEvent } from "./effects.ts";
import { Room } from "./room.ts";
import { Sockets } from "./sockets.ts";
import { SqlLog } from "./sql-log.ts";

/** Tells the room whom the limiter counts a connection under. Set by worker.ts, never by a client. */
export const IDENTITY_HEADER = "Edge-Chat-Identity";

export class ChatRoom extends DurableObject<Env> {
  private readonly sockets: Sockets;
  private readonly log: SqlLog;
  private readonly room: Room;
  /** The earliest instant for which this instance has asked to be woken: most requests need no storage. */
  private wakeAt = Infinity;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const config = readConfig(varsOf(env));
    this.sockets = new Sockets(config.slowReaderBytes);
    this.log = new SqlLog(ctx.storage.sql, randomUUID());
    this.room = new Room({ config, log: this.log, authorOf }, this.sockets.restore(ctx.getWebSockets()));
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
  }

  /** Accepts a WebSocket; worker.ts has checked that it is one. */
  override fetch(request: Request): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    const connection = randomUUID();
    const identity = request.headers.get(IDENTITY_HEADER) ?? NO_ADDRESS;
    this.ctx.acceptWebSocket(server);
    this.sockets.add(connection, server);
    this.handle({ type: "accepted", now: Date.now(), connection, identity });
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    const connection = this.sockets.connectionOf(socket);
    if (connection === undefined) return;
    this.handle({ type: "frame", now: Date.now(), connection, frame });
  }

  override webSocketClose(socket: WebSocket): void {
    this.onGone(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.onGone(socket);
  }

  override alarm(): void {
    this.wakeAt = Infinity;
    const heard = this.sockets.heard((socket) => this.ctx.getWebSocketAutoResponseTimestamp(socket));
    this.handle({ type: "alarm", now: Date.now(), heard });
  }

  /** Forgets all messages and closes all sockets; the log goes on under a new epoch. */
  erase(): void {
    this.handle({ type: "erase", now: Date.now(), epoch: randomUUID() });
  }

  private onGone(socket: WebSocket): void {
    // A socket whose close wakes the object is not among getWebSockets() ([D9] in classic.test.ts shows it).
    if (this.sockets.connectionOf(socket) === undefined)
      this.sockets.restore([socket]).forEach((session) => this.room.revive(session));
    const connection = this.sockets.connectionOf(socket);
    if (connection !== undefined) this.handle({ type: "closed", now: Date.now(), connection });
    // Without an answer the peer hangs in CLOSING and then sees 1006 (D13); closing twice is harmless.
    else socket.close(1000, "Bye.");
  }

  /** Performs what the room decides, and what follows from that, in order and in this turn of the event loop. */
  private handle(event: RoomEvent): void {
    const events: RoomEvent[] = [event];
    try {
      for (let next = events.shift(); next !== undefined; next = events.shift()) {
        for (const effect of this.room.handle(next)) {
          if (effect.type === "send") events.push(...this.send(effect.to, effect.frame, next.now));
          else this.perform(effect);
        }
      }
    } catch (error) {
      // Storage refused. Nothing of this turn was sent or kept; start again from what is on disk (D6).
      console.error({ event: "room-reset", cause: error instanceof Error ? error.message : "unknown" });
      this.ctx.abort("The room could not write and starts again.");
    }
  }

  /** Sends a frame; what becomes of those that it does not reach, or reaches too slowly, is the room's to decide. */
  private send(to: readonly string[], frame: string, now: number): RoomEvent[] {
    const { dead, slow } = this.sockets.send(to, frame);
    return [
      ...dead.map((connection) => ({ type: "closed", now, connection }) as const),
      ...slow.map((connection) => ({ type: "slow", now, connection }) as const),
    ];
  }

  private perform(effect: Exclude<RoomEffect, { type: "send" }>): void {
    switch (effect.type) {
      case "append":
        this.log.append(effect.messages);
        break;
      case "attach":
        this.sockets.attach(effect.session);
        break;
      case "close":
        this.sockets.close(effect.connection, effect.code, effect.reason);
        break;
      case "charge":
        this.ctx.waitUntil(this.charge(effect.connection, effect.identity, effect.charge));
        break;
      case "release":
        this.ctx.waitUntil(this.limiter(effect.identity).release(effect.holder).catch(ignore));
        break;
      case "flush-after":
        setTimeout(() => this.handle({ type: "flush", now: Date.now() }), effect.ms);
        break;
      case "trim":
        this.log.trim(effect.through, effect.before);
        break;
      case "erase":
        this.log.erase(effect.epoch);
        break;
      case "alarm-by":
        if (effect.at < this.wakeAt) {
          this.wakeAt = effect.at;
          this.ctx.waitUntil(this.wakeBy(effect.at));
        }
        break;
    }
  }

  private async wakeBy(at: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > at) await this.ctx.storage.setAlarm(at);
  }

  private limiter(identity: string): DurableObjectStub<RateLimiter> {
    return this.env.LIMITERS.get(this.env.LIMITERS.idFromName(identity));
  }

  private async charge(connection: string, identity: string, request: Charge): Promise<void> {
    const reply = await inTime(this.limiter(identity).charge(request));
    this.handle({ type: "charged", now: Date.now(), connection, reply });
  }
}

/** The answer, or null when it failed or took longer than CALL_MS: a limiter that is down is no hang (L9). */
function inTime(answer: Promise<ChargeReply>): Promise<ChargeReply | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), CALL_MS);
    const settle = (reply: ChargeReply | null): void => {
      clearTimeout(timer);
      resolve(reply);
    };
    answer.then(settle, () => settle(null));
  });
}

const ignore = (): void => {};

/** The public name of a secret key: 132 bits of its SHA-256, with a prefix so that it is no hash of anything else. */
function authorOf(key: string): string {
  return createHash("sha256").update(`edge-chat author\n${key}`).digest("base64url").slice(0, 22);
}

// One chat room as a Durable Object: callbacks become events, effects become sends, writes and calls. room.ts decides.
import { createHash, randomUUID } from "node:crypto";
import { DurableObject } from "cloudflare:workers";
import { PING, PONG } from "../protocol/limits.ts";
import { CLOSE } from "../protocol/messages.ts";
import type { Yielded } from "../rate-limit/budget.ts";
import { NO_ADDRESS } from "../rate-limit/identity.ts";
import { inTime } from "../rate-limit/in-time.ts";
import type { RateLimiter } from "../rate-limit/rate-limiter.ts";
import { readConfig } from "./config.ts";
import { Database } from "./database.ts";
import type { RoomEffect, RoomEvent, Share } from "./effects.ts";
import { type Arrival, Entrance } from "./entrance.ts";
import { slices, windowMs } from "./fan-out.ts";
import { Room } from "./room.ts";
import { Sockets, turnAway } from "./sockets.ts";
import { SqlLedger } from "./sql-ledger.ts";
import { SqlLog } from "./sql-log.ts";
import { type RoomStats, Tally } from "./stats.ts";

/**
 * Tells the room whom the limiter counts a connection under: the id of the limiter's object. The platform makes it one-way of the
 * address, so no room and no limiter ever stores one. Set by worker.ts, never by a client.
 */
export const IDENTITY_HEADER = "Edge-Chat-Identity";

/** Sockets that are sent to in one turn: some milliseconds of work. */
const SLICE = 256;

export class ChatRoom extends DurableObject<Env> {
  private readonly sockets: Sockets;
  private readonly database: Database;
  private readonly log: SqlLog;
  private readonly ledger: SqlLedger;
  private readonly room: Room;
  private readonly maxSocketsPerIdentity: number;
  private readonly awakeSince = Date.now();
  private readonly tally = new Tally(this.awakeSince);
  private readonly entrance = new Entrance();
  private isLettingIn = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** What the question that is being handled is answered. */
  private answer: Yielded | null = null;
  /** The earliest instant for which this instance has asked to be woken: most requests need no storage. */
  private wakeAt = Infinity;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const config = readConfig({ ...env });
    this.maxSocketsPerIdentity = config.maxSocketsPerIdentity;
    this.sockets = new Sockets(config.slowReaderBytes);
    this.database = new Database(ctx.storage.sql);
    this.log = new SqlLog(this.database, randomUUID());
    this.ledger = new SqlLedger(this.database);
    const ports = { config, log: this.log, ledger: this.ledger, authorOf };
    const restored = this.sockets.restore(ctx.getWebSockets());
    this.room = new Room(ports, restored, this.sockets.hasTurnedAway);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
  }

  /** Accepts a WebSocket; worker.ts has checked that it is one. */
  override fetch(request: Request): Response {
    const identity = request.headers.get(IDENTITY_HEADER) ?? String(this.env.LIMITERS.idFromName(NO_ADDRESS));
    // The platform keeps a socket that was closed here until its peer answers: whoever leaves many of them has no more (C17).
    if (this.ctx.getWebSockets(identity).length >= 2 * this.maxSocketsPerIdentity) {
      return new Response("Too many connections of your address are still closing. Try again later.", {
        status: 429,
        headers: { "Retry-After": "60" },
      });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    const connection = randomUUID();
    this.ctx.acceptWebSocket(server, [identity]);
    this.sockets.add(connection, server);
    this.handle({ type: "accepted", now: Date.now(), connection, identity });
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    const connection = this.sockets.connectionOf(socket);
    if (connection === undefined) return turnAway(socket);
    const held = { connection, frame };
    // Frames of one connection are heard in their order (C18).
    if (this.isInside(connection) && !this.entrance.has(connection)) return this.hear([held]);
    this.entrance.add(held);
    while (this.entrance.isFull) this.hear(this.entrance.take());
    if (!this.isLettingIn) this.ctx.waitUntil(this.letIn());
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

  stats(): RoomStats {
    const { tag, log, room, tally, awakeSince } = this;
    const { flushes, units, closes } = tally;
    return {
      tag,
      members: room.members,
      sockets: room.sessions.size,
      open: this.ctx.getWebSockets().length,
      messages: log.head - log.floor,
      head: log.head,
      windowMs: windowMs(room.members),
      flushes,
      units,
      refusals: room.refusals,
      closes,
      awakeSince,
    };
  }

  /** Gives up the budget of an identity, for its limiter; an answer is sent only once that is durable. See Admission. */
  yieldBudget(identity: string, term: string, isCheck: boolean): Yielded | null {
    this.handle({ type: "yield", now: Date.now(), identity, term, isCheck });
    const answer = this.answer;
    this.answer = null;
    return answer;
  }

  private onGone(socket: WebSocket): void {
    // A socket whose close wakes the object is not among getWebSockets() ([D9] in classic.test.ts shows it).
    const revived = this.sockets.connectionOf(socket) === undefined ? this.sockets.revive(socket) : null;
    if (revived !== null) this.room.revive(revived);
    const connection = this.sockets.connectionOf(socket);
    // Without an answer the peer hangs in CLOSING and then sees 1006 (D13); closing twice is harmless.
    if (connection === undefined) return socket.close(1000, "Bye.");
    this.hear(this.entrance.takeOf(connection));
    this.handle({ type: "closed", now: Date.now(), connection });
  }

  private isInside(connection: string): boolean {
    return this.room.sessions.get(connection)?.joined !== null;
  }

  private hear(held: readonly Arrival[]): void {
    for (const { connection, frame } of held)
      this.handle({ type: "frame", now: Date.now(), connection, frame });
  }

  /** Whoever comes alone is heard at once; a crowd, turn by turn. */
  private async letIn(): Promise<void> {
    this.isLettingIn = true;
    for (let group = this.entrance.take(); group.length > 0; group = this.entrance.take()) {
      this.hear(group);
      await turn();
    }
    this.isLettingIn = false;
  }

  /** Performs what the room decides, and what follows from that, in order and in this turn of the event loop. */
  private handle(event: RoomEvent): void {
    const events: RoomEvent[] = [event];
    try {
      for (let next = events.shift(); next !== undefined; next = events.shift()) {
        for (const effect of this.room.handle(next)) {
          if (effect.type === "send")
            events.push(...this.sockets.send([effect.to], [effect.frame], next.now));
          else this.perform(effect);
        }
      }
      this.tellIncidents(event.now);
    } catch (error) {
      this.reset(error);
    }
  }

  private tellIncidents(now: number): void {
    const incidents = this.tally.incidentsAt(now, this.room.refusals);
    if (incidents !== null) console.warn({ event: "incidents", room: this.tag, ...incidents });
  }

  /** Storage refused. Nothing that was not written was sent or kept; start again from what is on disk (D6). */
  private reset(error: unknown): void {
    const cause = error instanceof Error ? error.message : "unknown";
    console.error({ event: "room-reset", room: this.tag, cause });
    this.ctx.abort("The room could not write and starts again.");
  }

  /** Names this room in logs. Not its id: a private room's is its key. */
  private get tag(): string {
    return createHash("sha256").update(this.ctx.id.toString()).digest("base64url").slice(0, 12);
  }

  private perform(effect: Exclude<RoomEffect, { type: "send" }>): void {
    this.tally.count(effect);
    switch (effect.type) {
      case "name-log":
        this.log.name();
        break;
      case "append":
        this.log.append(effect.messages, effect.json);
        break;
      case "fan-out":
        this.ctx.waitUntil(this.fanOut(effect.shares));
        break;
      case "attach":
        this.sockets.attach(effect.session);
        break;
      case "close":
        if (effect.code === CLOSE.flooding) console.warn({ event: "flood", room: this.tag });
        if (effect.code === CLOSE.slowReader) console.warn({ event: "slow-reader", room: this.tag });
        this.sockets.close(effect.connection, effect.code, effect.reason);
        break;
      case "take":
        this.ctx.waitUntil(this.take(effect.identity));
        break;
      case "yielded":
        this.answer = effect.answer;
        break;
      case "give-back":
        this.ctx.waitUntil(this.giveBack(effect.identity, effect.term, effect.left));
        break;
      case "budgets":
        this.ledger.write(effect.rows);
        break;
      case "drop-budgets":
        this.ledger.drop(effect.identities);
        break;
      case "flush-after":
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.handle({ type: "flush", now: Date.now() }), effect.ms);
        break;
      case "trim":
        this.log.trim(effect.through, effect.before);
        break;
      case "erase":
        this.log.erase(effect.epoch);
        break;
      case "forget":
        this.forget();
        break;
      case "alarm-by":
        // One whose time is over did not ring, and nobody is to wait for it.
        if (effect.at < this.wakeAt || this.wakeAt < Date.now()) {
          this.wakeAt = effect.at;
          this.ctx.waitUntil(this.wakeBy(effect.at));
        }
        break;
    }
  }

  private forget(): void {
    this.ctx.waitUntil(this.ctx.storage.deleteAll());
    this.database.deleted();
    this.log.open(randomUUID());
    // The alarm was deleted with the rest.
    this.wakeAt = Infinity;
  }

  /**
   * Sends a flush in slices. The first leaves in the turn that wrote: the output gate holds it until the commit (D6). What
   * comes in meanwhile has its turn between two slices; a timer after the last one fires when all of it is written.
   */
  private async fanOut(shares: readonly Share[]): Promise<void> {
    const [first, ...others] = slices(shares, SLICE);
    if (first !== undefined) this.sendSlice(first);
    try {
      await this.ctx.storage.sync();
    } catch (error) {
      return this.reset(error);
    }
    for (const slice of others) {
      await turn();
      this.sendSlice(slice);
    }
    if (others.length > 0) await turn();
    this.handle({ type: "drained", now: Date.now() });
  }

  private sendSlice(slice: readonly Share[]): void {
    for (const { to, frames } of slice)
      for (const event of this.sockets.send(to, frames, Date.now())) this.handle(event);
  }

  private async wakeBy(at: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm();
    // One that stands in the past was missed.
    const isMissed = set !== null && set < Date.now();
    if (set === null || set > at || isMissed) await this.ctx.storage.setAlarm(isMissed ? Date.now() : at);
  }

  private limiter(identity: string): DurableObjectStub<RateLimiter> {
    return this.env.LIMITERS.get(this.env.LIMITERS.idFromString(identity));
  }

  private async take(identity: string): Promise<void> {
    const room = this.ctx.id.toString();
    const grant = await inTime(() => this.limiter(identity).take({ room, identity }));
    if (grant === null) console.warn({ event: "limiter-silent", room: this.tag });
    this.handle({ type: "granted", now: Date.now(), identity, grant });
  }

  private async giveBack(identity: string, term: string, left: Yielded): Promise<void> {
    const heard = await inTime(() => this.limiter(identity).giveBack(term, left));
    // Not heard for sure: it is said again when the alarm rings.
    if (heard === null) return;
    this.handle({ type: "returned", now: Date.now(), identity });
  }
}

/** The next turn of the event loop: when the sockets have taken what was sent. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** The public name of a secret key: 132 bits of its SHA-256, with a prefix so that it is no hash of anything else. */
function authorOf(key: string): string {
  return createHash("sha256").update(`edge-chat author\n${key}`).digest("base64url").slice(0, 22);
}

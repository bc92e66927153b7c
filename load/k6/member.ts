// One member of a room on k6's WebSocket: connects, says its name, pings, sends, comes back. What arrives is judged by
// lib/receiver.ts.
import { clearTimeout, setTimeout } from "k6/timers";
import { WebSocket, type MessageEvent, type OpenEvent } from "k6/websockets";
import { DELIVERY_PROTOCOL, PING } from "../../src/protocol/limits.ts";
import { CLOSE } from "../../src/protocol/messages.ts";
import { backoff } from "../../src/client/backoff.ts";
import { CLIENT } from "../lib/attribution.ts";
import { Outbox, type Said } from "../lib/outbox.ts";
import { comesBack } from "../lib/parameters.ts";
import { Receiver } from "../lib/receiver.ts";
import { writeStamp, type Stamp } from "../lib/stamps.ts";
import type { Place } from "../lib/crowd.ts";
import { failureOfClose, failureOfError, failureOfRefusal } from "../lib/failures.ts";
import { headersOf, isWitnessed, protocolOf, urlOf } from "../lib/addresses.ts";
import type { Witness } from "../lib/witness.ts";
import type { VirtualUser } from "./virtual-user.ts";

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

/** A room may refuse for these what a load test sends: it was too much, or came behind what was. */
const EXCUSED: ReadonlySet<string> = new Set(["rate-limited", "busy", "out-of-order"]);

export class Member {
  readonly place: Place;
  readonly receiver: Receiver;
  private readonly user: VirtualUser;
  private readonly isDelivery: boolean;
  private readonly name: string;
  private readonly witness: Witness | null;
  /** What may have to be said again; null where nobody comes back by themselves. */
  private readonly outbox: Outbox | null;
  private socket: WebSocket | null = null;
  private opened = 0;
  private isLeaving = false;
  private counter = 0;
  private refusals = 0;
  private hasJoined = false;
  /** Since when it tries to come back, and how often it did; null while it does not. */
  private comeback: { readonly since: number; tries: number } | null = null;
  private retry = 0;

  constructor(user: VirtualUser, place: Place) {
    const { parameters, plan, recorder, readings, attribution } = user;
    const protocol = protocolOf(parameters.protocol, place.room);
    this.user = user;
    this.place = place;
    this.isDelivery = protocol === "delivery";
    this.name = `m${place.index}`;
    this.witness = isWitnessed(parameters.protocol, place.room) ? user.witness : null;
    this.outbox = comesBack(parameters) && place.sender !== null ? new Outbox() : null;
    const { sample, scenario } = parameters;
    // In a climb each member times others of the messages: of few messages, each counts. Their spread is not told then.
    const timing = scenario === "climb" ? { offset: place.index, neighbours: 1 } : { offset: 0 };
    this.receiver = new Receiver(
      {
        ...{ ...place, plan, recorder, readings, sample, ...timing, protocol },
        waits: recorder.waitsOf(place.index),
        isOwn: (welcome) => attribution.isWelcome(welcome, place),
      },
      {
        joined: () => this.onJoined(),
        refused: (code, counter) => this.onRefused(code, counter),
      },
    );
  }

  /** Milliseconds since it began to connect. */
  get age(): number {
    return this.user.clock.elapsed() - this.opened;
  }

  /** Refused messages and joins. */
  get refused(): number {
    return this.refusals;
  }

  /** Nothing more will come: all was said, or the connection is gone. */
  get isDone(): boolean {
    return this.receiver.isOver || this.isLeaving || (this.isClosed && this.comeback === null);
  }

  get isClosed(): boolean {
    return this.socket === null || this.socket.readyState === CLOSED;
  }

  /** Connects and joins; as a comeback, where it has been there before. */
  open(): void {
    const { user, place } = this;
    user.recorder.counts.connects += 1;
    this.isLeaving = false;
    this.opened = user.clock.elapsed();
    const socket = new WebSocket(urlOf(user.parameters, user.run, place.room), null, {
      headers: headersOf(user.parameters, user.run, place.index),
      tags: { name: "room" },
    });
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", (event: OpenEvent) => user.guard(() => this.onOpen(socket, event)));
    socket.addEventListener("message", (event: MessageEvent) => user.guard(() => this.onMessage(event)));
    socket.addEventListener("close", ({ code }) => user.guard(() => this.onClose(socket, code)));
    socket.addEventListener("error", ({ error }) => user.guard(() => this.onError(socket, error)));
  }

  /** Closes. What arrives from now on is not counted (K17): wait for it before. */
  close(): void {
    this.isLeaving = true;
    this.comeback = null;
    clearTimeout(this.retry);
    // While it connects, k6 would block here until the handshake ends (K17): it is closed when it opens.
    if (this.socket !== null && !this.isClosed && this.socket.readyState !== CONNECTING)
      this.socket.close(CLOSE.normal);
  }

  /** It has not joined in time: whatever comes now is too late. */
  giveUp(): void {
    if (this.socket?.readyState === CONNECTING || this.socket?.readyState === OPEN)
      this.user.recorder.failed("no answer", Date.now());
    this.close();
  }

  /** Closes, to come back with `open`. */
  leave(): void {
    this.close();
    this.witness?.left(this.name);
    this.receiver.leave();
  }

  /** Tries until it is back, as the page's client does: each time after a while at random, up to twice as long as before. */
  comeBack(): void {
    this.comeback = { since: this.user.clock.elapsed(), tries: 0 };
    this.open();
  }

  /** No answer for too long: closes, to try again. */
  hurry(): void {
    const isLate = this.age > this.user.parameters.joinTimeoutS * 1_000;
    // While it connects, k6 would block here (K17): the handshake's own time-out ends that.
    if (this.comeback !== null && isLate && this.socket?.readyState === OPEN) this.socket.close(CLOSE.normal);
  }

  ping(): void {
    if (this.isDelivery && this.socket?.readyState === OPEN) this.socket.send(PING);
  }

  /** Sends a stamped message, or keeps it until it is back. False where there is no connection to send it by, and none will come. */
  say(stamp: Stamp): boolean {
    const isLive = this.socket?.readyState === OPEN && this.receiver.isJoined;
    if (!isLive && (this.outbox === null || this.isLeaving || !this.hasJoined)) return false;
    const message = writeStamp(stamp, this.user.parameters.size);
    this.witness?.sent(this.name, message);
    this.counter += 1;
    const said = { counter: this.counter, message };
    // A classic room does not tell what it has: what was once said to it is not said again.
    if (!isLive || this.isDelivery) this.outbox?.add(said);
    if (isLive) this.send(said);
    return true;
  }

  private send({ counter, message }: Said): void {
    this.socket?.send(JSON.stringify(this.isDelivery ? { message, counter } : { message }));
  }

  private onOpen(socket: WebSocket, { timestamp }: OpenEvent): void {
    const { run, clock } = this.user;
    const { name } = this;
    clock.observe(timestamp);
    // Or it was given up while it connected, and another one took its place.
    if (this.isLeaving || socket !== this.socket) {
      socket.close(CLOSE.normal);
      return;
    }
    const { since } = this.receiver;
    const hello = { name, protocol: DELIVERY_PROTOCOL, key: `load-${run}-key-of-${name}`, client: CLIENT };
    const said = this.isDelivery ? { ...hello, ...(since !== null && { since }) } : { name };
    socket.send(JSON.stringify(said));
  }

  private onMessage({ data, timestamp }: MessageEvent): void {
    if (typeof data !== "string") this.user.recorder.counts.garbled += 1;
    else {
      this.receiver.read({ text: data, at: timestamp, now: this.user.now });
      this.witness?.heard(this.name, data);
    }
  }

  /** Adds this member to the counts. Once, before it is closed for good. */
  finish(): void {
    const { counts } = this.user.recorder;
    if (this.receiver.isJoined) counts.joined += 1;
    else if (this.hasJoined) counts.stranded += 1;
    else counts.joinFailed += 1;
    if (this.hasJoined) this.receiver.finish();
    const { membersAtEnd } = this.receiver;
    if (membersAtEnd !== null && this.user.isWrongCount(membersAtEnd)) counts.miscounted += 1;
  }

  private onJoined(): void {
    const { recorder, clock } = this.user;
    const { counter } = this.receiver;
    recorder.times.join.add(this.age);
    if (this.comeback !== null) {
      const took = clock.elapsed() - this.comeback.since;
      recorder.times.comeback.add(took);
      if (comesBack(this.user.parameters)) recorder.phase("members away", clock.now() - took, clock.now());
    }
    this.comeback = null;
    if (!this.hasJoined || this.outbox === null) this.counter = counter;
    else
      for (const said of this.isDelivery ? this.outbox.after(counter) : this.outbox.take()) this.send(said);
    this.hasJoined = true;
  }

  /** The counter is used again: the room stores them without a hole. Those behind it are refused, too, as out of order. */
  private onRefused(code: string, counter: number | null): void {
    const { recorder } = this.user;
    recorder.failed(failureOfRefusal(code), Date.now());
    if (!this.receiver.isJoined) return;
    if (this.isDelivery && !EXCUSED.has(code)) recorder.counts.rejected += 1;
    this.refusals += 1;
    if (counter !== null) this.outbox?.drop(counter);
    if (counter !== null && code !== "out-of-order") this.counter = counter - 1;
  }

  private onClose(socket: WebSocket, code: number | undefined): void {
    if (socket !== this.socket || this.isLeaving) return;
    const { recorder } = this.user;
    if (this.receiver.isJoined) {
      recorder.counts.dropped += 1;
      recorder.failed(failureOfClose(code), Date.now());
      if (comesBack(this.user.parameters)) this.lose();
    }
    if (this.comeback === null) this.isLeaving = true;
    else this.tryLater(this.comeback);
  }

  /** The connection is lost; from now on it counts how long it takes to be back. */
  private lose(): void {
    this.comeback = { since: this.user.clock.elapsed(), tries: 0 };
    this.witness?.left(this.name);
    this.receiver.leave();
  }

  private tryLater(comeback: { tries: number }): void {
    const again = (): void => {
      if (!this.isLeaving && this.comeback === comeback) this.open();
    };
    this.retry = setTimeout(
      () => this.user.guard(again),
      Math.max(1, backoff(comeback.tries, Math.random())),
    );
    comeback.tries += 1;
  }

  /** The close event follows (K22). Of a refused handshake only `ws_sessions` has the status (K18). */
  private onError(socket: WebSocket, error: string): void {
    if (socket !== this.socket || this.isLeaving || this.receiver.isJoined) return;
    this.user.recorder.failed(failureOfError(error), Date.now());
  }
}

// One member of a room on k6's WebSocket: connects, says its name, pings, sends, comes back. What arrives is judged by
// lib/receiver.ts.
import { WebSocket, type MessageEvent, type OpenEvent } from "k6/websockets";
import { DELIVERY_PROTOCOL, PING } from "../../src/protocol/limits.ts";
import { CLOSE } from "../../src/protocol/messages.ts";
import { CLIENT } from "../lib/attribution.ts";
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
  private socket: WebSocket | null = null;
  private opened = 0;
  private isLeaving = false;
  private counter = 0;
  private refusals = 0;
  private hasJoined = false;

  constructor(user: VirtualUser, place: Place) {
    const { parameters, plan, recorder, readings, attribution } = user;
    const protocol = protocolOf(parameters.protocol, place.room);
    this.user = user;
    this.place = place;
    this.isDelivery = protocol === "delivery";
    this.name = `m${place.index}`;
    this.witness = isWitnessed(parameters.protocol, place.room) ? user.witness : null;
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
    return this.receiver.isOver || this.isLeaving || this.isClosed;
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
    socket.addEventListener("open", (event: OpenEvent) => user.guard(() => this.onOpen(event)));
    socket.addEventListener("message", (event: MessageEvent) => user.guard(() => this.onMessage(event)));
    socket.addEventListener("close", ({ code }) => user.guard(() => this.onClose(socket, code)));
    socket.addEventListener("error", ({ error }) => user.guard(() => this.onError(socket, error)));
  }

  /** Closes. What arrives from now on is not counted (K17): wait for it before. */
  close(): void {
    this.isLeaving = true;
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
    this.receiver.leave();
  }

  ping(): void {
    if (this.isDelivery && this.socket?.readyState === OPEN) this.socket.send(PING);
  }

  /** Sends a stamped message. False where there is no open connection to send it by. */
  say(stamp: Stamp): boolean {
    if (this.socket?.readyState !== OPEN || !this.receiver.isJoined) return false;
    const message = writeStamp(stamp, this.user.parameters.size);
    this.witness?.sent(this.name, message);
    this.counter += 1;
    this.socket.send(JSON.stringify(this.isDelivery ? { message, counter: this.counter } : { message }));
    return true;
  }

  private onOpen({ timestamp }: OpenEvent): void {
    const { run, clock } = this.user;
    const { name } = this;
    clock.observe(timestamp);
    if (this.isLeaving) {
      this.close();
      return;
    }
    const { since } = this.receiver;
    const hello = { name, protocol: DELIVERY_PROTOCOL, key: `load-${run}-key-of-${name}`, client: CLIENT };
    const said = this.isDelivery ? { ...hello, ...(since !== null && { since }) } : { name };
    this.socket?.send(JSON.stringify(said));
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
    else counts.joinFailed += 1;
    if (this.hasJoined) this.receiver.finish();
    const { membersAtEnd } = this.receiver;
    if (membersAtEnd !== null && this.user.isWrongCount(membersAtEnd)) counts.miscounted += 1;
  }

  private onJoined(): void {
    this.hasJoined = true;
    this.counter = this.receiver.counter;
    this.user.recorder.times.join.add(this.age);
  }

  /** The counter is used again: the room stores them without a hole. Those behind it are refused, too, as out of order. */
  private onRefused(code: string, counter: number | null): void {
    const { recorder } = this.user;
    recorder.failed(failureOfRefusal(code), Date.now());
    if (!this.receiver.isJoined) return;
    if (this.isDelivery && !EXCUSED.has(code)) recorder.counts.rejected += 1;
    this.refusals += 1;
    if (counter !== null && code !== "out-of-order") this.counter = counter - 1;
  }

  private onClose(socket: WebSocket, code: number | undefined): void {
    if (socket !== this.socket || this.isLeaving) return;
    const { recorder } = this.user;
    if (this.receiver.isJoined) {
      recorder.counts.dropped += 1;
      recorder.failed(failureOfClose(code), Date.now());
    }
    this.isLeaving = true;
  }

  /** The close event follows (K22). Of a refused handshake only `ws_sessions` has the status (K18). */
  private onError(socket: WebSocket, error: string): void {
    if (socket !== this.socket || this.isLeaving || this.receiver.isJoined) return;
    this.user.recorder.failed(failureOfError(error), Date.now());
  }
}

// One member of a room on k6's WebSocket: connects, says its name, pings, sends, comes back. What arrives is judged by
// lib/receiver.ts.
import { WebSocket, type MessageEvent, type OpenEvent } from "k6/websockets";
import { DELIVERY_PROTOCOL, PING } from "../../src/protocol/limits.ts";
import { CLOSE } from "../../src/protocol/messages.ts";
import { Receiver } from "../lib/receiver.ts";
import { writeStamp, type Stamp } from "../lib/stamps.ts";
import type { Place } from "../lib/crowd.ts";
import { headersOf, isWitnessed, protocolOf, urlOf } from "../lib/addresses.ts";
import type { Witness } from "../lib/witness.ts";
import type { VirtualUser } from "./virtual-user.ts";

const OPEN = 1;
const CLOSED = 3;

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
    const { parameters, plan, recorder, readings } = user;
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
      { ...place, plan, recorder, readings, sample, ...timing },
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
    return this.receiver.isOver || this.isClosed;
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
    socket.addEventListener("open", (event: OpenEvent) => user.guard(() => this.onOpen(event)));
    socket.addEventListener("message", (event: MessageEvent) => user.guard(() => this.onMessage(event)));
    socket.addEventListener("close", () => user.guard(() => this.onClose(socket)));
    // The close event follows, or the time-out of the join; why is in the tag `status` of ws_sessions (K18).
    socket.addEventListener("error", () => {});
  }

  /** Closes. What arrives from now on is not counted (K17): wait for it before. */
  close(): void {
    this.isLeaving = true;
    if (!this.isClosed) this.socket?.close(CLOSE.normal);
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
    const { since } = this.receiver;
    const hello = { name, protocol: DELIVERY_PROTOCOL, key: `load-${run}-key-of-${name}`, client: "k6" };
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
  }

  private onJoined(): void {
    this.hasJoined = true;
    this.counter = this.receiver.counter;
    this.user.recorder.times.join.add(this.age);
  }

  /** The counter is used again: the room stores them without a hole. Those behind it are refused, too, as out of order. */
  private onRefused(code: string, counter: number | null): void {
    this.refusals += 1;
    if (counter !== null && code !== "out-of-order") this.counter = counter - 1;
  }

  private onClose(socket: WebSocket): void {
    if (socket !== this.socket || this.isLeaving) return;
    if (this.receiver.isJoined) this.user.recorder.counts.dropped += 1;
    this.isLeaving = true;
  }
}

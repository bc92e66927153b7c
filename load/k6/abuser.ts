// The virtual user of `abuse` that keeps to no limit: one identity, several rooms of its own, and no waiting for answers.
import { WebSocket } from "k6/websockets";
import { DELIVERY_PROTOCOL } from "../../src/protocol/limits.ts";
import { CLOSE } from "../../src/protocol/messages.ts";
import { headersOf, protocolOf, urlOf } from "../lib/addresses.ts";
import { type Accepted, overLimit } from "../lib/allowance.ts";
import { readFrame } from "../lib/frames.ts";
import { membersOf } from "../lib/parameters.ts";
import type { VirtualUser } from "./virtual-user.ts";
import { pause, until } from "./wait.ts";

const OPEN = 1;
const CLOSED = 3;
/** For the last answers: no room waits longer for its limiter, and then it says so. */
const ANSWER_MS = 3_000;
const CLOSE_MS = 2_000;
/** Its messages, in a frame of either protocol. */
const OWN = /"message":"x(\d+)"/g;

/** Joins its rooms, hammers them for as long as the others talk, and says how far it got. */
export async function hammer(user: VirtualUser): Promise<void> {
  const { abuseSockets, abuseRate, warmupS, durationS, periodMs, burst } = user.parameters;
  const accepted: Accepted[] = [];
  const hands = Array.from({ length: abuseSockets }, (_, i) => new Hand(user, i, accepted));
  const began = user.clock.elapsed();
  const endsAfter = (warmupS + durationS) * 1_000;
  for (let i = 0; user.clock.elapsed() - began < endsAfter; i += 1) {
    hands[i % hands.length]?.strike();
    const due = ((i + 1) / abuseRate) * 1_000;
    const wait = due - (user.clock.elapsed() - began);
    if (wait > 0) await pause(wait);
  }
  await pause(ANSWER_MS);
  user.recorder.counts.overLimit += overLimit({ periodMs, burst }, accepted);
  for (const hand of hands) hand.close();
  await until(() => hands.every(({ isClosed }) => isClosed), CLOSE_MS);
}

/** One of its sockets, alone in a room. Every action gets one answer: it was accepted, or it was not. */
class Hand {
  private readonly user: VirtualUser;
  private readonly accepted: Accepted[];
  private readonly isDelivery: boolean;
  private readonly name: string;
  private readonly socket: WebSocket;
  private isJoined = false;
  /** When the name that waits for an answer was said, or null. */
  private greeted: number | null = null;
  /** When each message left. */
  private readonly said: number[] = [];
  private stored = 0;

  constructor(user: VirtualUser, number: number, accepted: Accepted[]) {
    const { parameters, run } = user;
    this.user = user;
    this.accepted = accepted;
    this.name = `x${number}`;
    this.isDelivery = protocolOf(parameters.protocol, 0) === "delivery";
    // The number behind all members: an identity that nobody else has.
    const identity = membersOf(parameters) * parameters.rooms;
    this.socket = new WebSocket(urlOf(parameters, run, this.name), null, {
      headers: headersOf(parameters, run, identity),
      tags: { name: "abuse" },
    });
    this.socket.addEventListener("open", ({ timestamp }) => user.guard(() => this.onOpen(timestamp)));
    this.socket.addEventListener("message", ({ data }) => user.guard(() => this.onFrame(data)));
    // The close event follows; the abuser minds nothing.
    this.socket.addEventListener("error", () => {});
  }

  get isClosed(): boolean {
    return this.socket.readyState === CLOSED;
  }

  /** Says its name until it is let in, and then anything. */
  strike(): void {
    if (this.socket.readyState !== OPEN) return;
    if (this.isJoined) this.talk();
    else if (this.greeted === null) this.greet();
  }

  close(): void {
    this.socket.close(CLOSE.normal);
  }

  private onOpen(timestamp: number): void {
    this.user.clock.observe(timestamp);
    this.greet();
  }

  private greet(): void {
    const { name } = this;
    const key = `load-${this.user.run}-key-of-${name}`;
    const delivery = { protocol: DELIVERY_PROTOCOL, key, client: "k6" };
    this.greeted = this.act(this.isDelivery ? { name, ...delivery } : { name });
  }

  /** The counter behind the stored ones, again and again: the one that is accepted keeps the others from it. */
  private talk(): void {
    const message = `x${this.said.length}`;
    const counter = this.stored + 1;
    this.said.push(this.act(this.isDelivery ? { message, counter } : { message }));
  }

  private act(frame: object): number {
    this.socket.send(JSON.stringify(frame));
    this.user.recorder.counts.abuseSent += 1;
    return this.user.clock.elapsed();
  }

  private onFrame(data: unknown): void {
    const text = String(data);
    const { kind } = readFrame(text);
    if (kind === "welcome" || kind === "ready") {
      this.isJoined = true;
      // A join takes nothing from the budget of messages.
      this.user.recorder.counts.abuseAccepted += 1;
    } else if (kind === "events" || kind === "message") {
      for (const [, n] of text.matchAll(OWN)) {
        this.stored += 1;
        this.accept(this.said[Number(n)] ?? null);
      }
    } else if (kind === "refused" || kind === "error" || kind === "stored") {
      this.user.recorder.counts.abuseRefused += 1;
      if (!this.isJoined) this.greeted = null;
    }
  }

  private accept(sent: number | null): void {
    if (sent === null) return;
    this.user.recorder.counts.abuseAccepted += 1;
    this.accepted.push({ sent, answered: this.user.clock.elapsed() });
  }
}

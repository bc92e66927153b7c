// When an action of a connection happens: at once under a pass, after the limiter's answer, or not. Keeps their order (D4).
import { encodeError, encodeRefused, RATE_LIMITED } from "../protocol/codec.ts";
import type { Refusal } from "../protocol/messages.ts";
import { type ChargeReply, MAX_CHARGE } from "../rate-limit/charge.ts";
import type { Policy } from "../rate-limit/gcra.ts";
import {
  admitLocally,
  type LocalBudgets,
  newPass,
  passIsLive,
  refusedFor,
  restoreLocal,
} from "./allowance.ts";
import type { RoomEffect } from "./effects.ts";
import type { Session, Waiting } from "./session.ts";

/** What admission needs of its room. */
export interface AdmissionPorts {
  emit(effect: RoomEffect): void;
  /** Whether a message's counter is new and in order; answers the sender if not. */
  isNext(session: Session, counter: number, ahead: number): boolean;
  /** Does an admitted action, if it is not by now a duplicate or out of order. */
  perform(session: Session, action: Waiting, now: number): void;
  /** Whether a connection is still in the room. */
  isHere(session: Session): boolean;
  /** Writes and sends what was performed. */
  commit(): void;
}

export class Admission {
  private readonly local: LocalBudgets = new Map();
  /** Connections that are gone while their charge is under way, with their identities. */
  private readonly departed = new Map<string, string>();
  private readonly rate: Policy;
  private readonly room: AdmissionPorts;

  constructor(rate: Policy, room: AdmissionPorts) {
    this.rate = rate;
    this.room = room;
  }

  /** Takes in what a waking room finds in a session's attachment. */
  restore(session: Session): void {
    restoreLocal(this.local, session);
  }

  /** An action: accepted at once under a pass, refused for nothing while the limiter's answer holds, else it waits its turn. */
  submit(session: Session, action: Waiting, now: number): void {
    const ahead = session.waiting.length + 1;
    if (action.kind === "message" && !this.room.isNext(session, action.counter, ahead)) return;
    const wait = refusedFor(session, this.rate, now);
    if (wait > 0) return this.refuseFor(wait, session, [action]);
    if (session.waiting.length >= MAX_CHARGE) return this.refuse(session, action, { code: "busy" });
    // Something waits only while a charge is under way.
    if (session.charging === null && passIsLive(session, now)) {
      this.room.perform(session, action, now);
      this.room.commit();
      return this.charge(session, 1, now);
    }
    session.waiting.push(action);
    if (session.charging === null) this.charge(session, 0, now);
  }

  /** The one call to the limiter that a connection has under way: order is kept because the rest waits (D4). */
  private charge(session: Session, spent: number, now: number): void {
    const asked = session.waiting.length;
    // Until the answer says whether there is a pass, none is used: a pass is spent once.
    session.charging = { asked, since: now };
    const { connection, identity } = session;
    this.room.emit({ type: "charge", connection, identity, charge: { holder: connection, spent, asked } });
  }

  /** The limiter's answer, or null where none came in time (L9): admits from the front, refuses the rest. */
  settle(session: Session, reply: ChargeReply | null, now: number): void {
    const { charging } = session;
    if (charging === null) return;
    session.charging = null;
    const asked = session.waiting.splice(0, charging.asked);
    const { rate } = this;
    const granted = reply?.granted ?? admitLocally(this.local, rate, session, asked.length, now);
    const wait = reply?.retryAfter ?? rate.periodMs;
    // Before the actions: a join may turn out to be the older of two, and leave at once.
    session.pass = reply?.pass === true ? newPass(charging.since) : null;
    for (const action of asked.slice(0, granted)) this.room.perform(session, action, now);
    this.room.commit();
    if (!this.room.isHere(session)) return;
    const sure = (granted < asked.length ? now : charging.since) + wait;
    session.refused = reply === null || wait === 0 ? null : { from: now, sure, until: now + wait };
    this.refuseFor(wait, session, asked.slice(granted));
    this.room.emit({ type: "attach", session });
    this.drain(session, now);
  }

  /** The connection is gone, what it asked for is void, and its pass goes back; never before a charge that is under way has taken from it (L1). */
  leave({ connection, identity, charging, pass, waiting }: Session): void {
    waiting.length = 0;
    if (charging !== null) this.departed.set(connection, identity);
    else if (pass !== null) this.room.emit({ type: "release", identity, holder: connection });
  }

  /** The answer to the last charge of a connection that is gone. */
  settleGone(connection: string): void {
    const identity = this.departed.get(connection);
    if (identity === undefined) return;
    this.departed.delete(connection);
    this.room.emit({ type: "release", identity, holder: connection });
  }

  /** Whether no answer is awaited for a connection that is gone. */
  get isQuiet(): boolean {
    return this.departed.size === 0;
  }

  /** What came while the limiter was asked. */
  private drain(session: Session, now: number): void {
    const wait = refusedFor(session, this.rate, now);
    if (wait > 0) this.refuseFor(wait, session, session.waiting.splice(0));
    if (session.waiting.length > 0) this.charge(session, 0, now);
  }

  /** Who is told to come back later is refused until then (L2). */
  private refuseFor(wait: number, session: Session, actions: readonly Waiting[]): void {
    if (actions.length === 0) return;
    for (const action of actions) this.refuse(session, action, { code: "rate-limited", retryAfter: wait });
    const { refused } = session;
    if (refused === null || refused.sure === refused.until) return;
    session.refused = { ...refused, sure: refused.until };
    this.room.emit({ type: "attach", session });
  }

  private refuse(session: Session, action: Waiting, refusal: Refusal): void {
    const delivery = action.kind === "join" ? action.hello.delivery !== null : action.counter > 0;
    const { code } = refusal;
    if (!delivery) {
      const error = code === "rate-limited" ? RATE_LIMITED : "Too many messages wait to be accepted.";
      return this.send(session, encodeError(error, code, refusal.retryAfter));
    }
    const named = action.kind === "message" ? { counter: action.counter, ...refusal } : refusal;
    this.send(session, encodeRefused(named));
  }

  private send({ connection }: Session, frame: string): void {
    this.room.emit({ type: "send", to: [connection], frame });
  }
}

// One chat room as a pure machine: an event in, effects out. Decides what each event means; touches nothing. Who is here is
// membership.ts, whether an action is admitted admission.ts, in which order messages stand sequence.ts, and when they leave
// flushes.ts.
import {
  decodeClientFrame,
  decodeHello,
  type DecodeError,
  encodeError,
  encodeHistory,
  encodeRefused,
  encodeStored,
} from "../protocol/codec.ts";
import { CLOSE } from "../protocol/messages.ts";
import type { Grant } from "../rate-limit/budget.ts";
import { Admission, type Verdict } from "./admission.ts";
import type { LedgerReader } from "./budget-ledger.ts";
import type { RoomConfig } from "./config.ts";
import { Effects, type RoomEffect, type RoomEvent } from "./effects.ts";
import { Flushes } from "./flushes.ts";
import { Membership } from "./membership.ts";
import type { LogReader } from "./message-log.ts";
import { Pages } from "./pages.ts";
import { Refusals } from "./refusals.ts";
import { Sequence } from "./sequence.ts";
import { type Action, awaitsHello, type Session, speaksDelivery } from "./session.ts";
import { MAX_TYPING_MEMBERS, tell } from "./typing.ts";
import { Upkeep } from "./upkeep.ts";

export interface RoomPorts {
  readonly config: RoomConfig;
  /** Reads see all appends of earlier events. */
  readonly log: LogReader;
  readonly ledger: LedgerReader;
  /** A secret key's public name. One-way, stable for ever. */
  readonly authorOf: (key: string) => string;
}

/** How an action comes to its turn. */
interface Turn {
  /** How far its counter may be from the highest stored: what waits before it is not stored yet. */
  readonly ahead: number;
  /** It has waited for a limiter that did not answer (L9). */
  readonly isAlone: boolean;
}

export class Room {
  readonly sessions: ReadonlyMap<string, Session>;
  private readonly ports: RoomPorts;
  private readonly effects = new Effects();
  private readonly membership: Membership;
  private readonly admission: Admission;
  private readonly sequence: Sequence;
  private readonly flushes: Flushes;
  private readonly upkeep: Upkeep;
  private readonly refusing: Refusals;
  private readonly pages = new Pages();

  /**
   * `restored` are the sessions found in attachments when the object wakes, in any order. `isLess`: others were there of which
   * nothing is known any more.
   */
  constructor(ports: RoomPorts, restored: readonly Session[], isLess = false) {
    const { config, log, ledger } = ports;
    const { effects } = this;
    const sequence = new Sequence(log);
    const membership = new Membership({ config, log, effects, sequence });
    const isHere = (identity: string): boolean => membership.isHere(identity);
    const admission = new Admission({ rates: config.rates, ledger, effects, isHere });
    this.ports = ports;
    this.sequence = sequence;
    this.membership = membership;
    this.admission = admission;
    const parts = { config, log, effects, sequence, membership, admission };
    this.flushes = new Flushes(parts);
    this.upkeep = new Upkeep(parts);
    this.refusing = new Refusals(effects, membership);
    this.sessions = this.membership.sessions;
    this.membership.restore(restored, isLess);
  }

  /** Takes in the one session whose close wakes the object: the platform lists it no more among the others. */
  revive(session: Session): void {
    this.membership.revive(session);
  }

  /** What happens next. Total: never throws, whatever a client sent. */
  handle(event: RoomEvent): readonly RoomEffect[] {
    this.effects.begin();
    switch (event.type) {
      case "accepted":
        this.membership.arrive(event.connection, event.identity, event.now);
        break;
      case "frame":
        this.withSession(event.connection, (session) => this.onFrame(session, event.frame, event.now));
        break;
      case "granted":
        this.onGranted(event.identity, event.grant, event.now);
        break;
      case "yield":
        this.effects.emit({ type: "yielded", answer: this.admission.yield(event) });
        break;
      case "returned":
        this.admission.returned(event.identity, event.now);
        break;
      case "closed":
        this.withSession(event.connection, (session) => this.leave(session, CLOSE.normal, "Bye."));
        break;
      case "slow":
        this.withSession(event.connection, (session) =>
          this.leave(session, CLOSE.slowReader, "You fell too far behind; reconnect and resume."),
        );
        break;
      case "flush":
        this.flushes.rang(event.now);
        break;
      case "drained":
        this.flushes.drained(event.now);
        break;
      case "alarm":
        this.upkeep.sweep(event.now, event.heard);
        break;
      case "erase":
        this.upkeep.erase(event.epoch, event.now);
        break;
      default:
        event satisfies never;
    }
    for (const identity of this.membership.takeDeparted()) this.admission.leave(identity, event.now);
    this.flushes.pump(event.now);
    return this.effects.all;
  }

  /** How many have joined. */
  get members(): number {
    return this.membership.size;
  }

  /** How often anybody was refused, was answered that nothing was new, or typed and was not heard, since the room woke. */
  get refusals(): number {
    return this.refusing.count;
  }

  /** Whether nothing is under way that only memory holds. The platform does not hibernate an object otherwise. */
  get isQuiet(): boolean {
    return this.flushes.isQuiet && this.admission.isQuiet;
  }

  private send({ connection }: Session, frame: string): void {
    this.effects.send(connection, frame);
  }

  private leave(session: Session, code: number, reason: string): void {
    this.membership.leave(session, code, reason);
  }

  private withSession(connection: string, act: (session: Session) => void): void {
    const session = this.sessions.get(connection);
    if (session !== undefined) act(session);
  }

  private onFrame(session: Session, frame: unknown, now: number): void {
    if (awaitsHello(session)) return this.onHello(session, frame, now);
    const decoded = decodeClientFrame(frame, speaksDelivery(session), this.ports.config.maxMessageLength);
    if (!decoded.ok) return this.onBadFrame(session, decoded.error, now);
    const { value } = decoded;
    if (value.kind === "history") return this.onHistory(session, value.before, value.limit, now);
    if (value.kind === "typing") return this.onTyping(session, now);
    const ahead = session.waiting.length + 1;
    const action: Action = { kind: "message", message: value.message, counter: value.counter };
    this.act(session, action, { ahead, isAlone: false }, now);
  }

  private onHello(session: Session, frame: unknown, now: number): void {
    const decoded = decodeHello(frame);
    if (!decoded.ok) return this.onBadFrame(session, decoded.error, now);
    const key = decoded.value.delivery?.key;
    const author = key === undefined ? "" : this.ports.authorOf(key);
    this.act(session, { kind: "join", hello: decoded.value, author }, { ahead: 1, isAlone: false }, now);
  }

  /** The budget has come, or the limiter is silent: what waited is decided in its order (D4). */
  private onGranted(identity: string, grant: Grant | null, now: number): void {
    const { waiting, isAlone } = this.admission.granted(identity, grant, now);
    for (const session of waiting) {
      // Of a connection that is gone nothing waits any more.
      const action = session.waiting.shift();
      if (action === undefined) continue;
      if (action.kind === "message" && session.joined === null) this.refuseUnjoined(session, action, now);
      else this.act(session, action, { ahead: 1, isAlone }, now);
    }
    if (!this.membership.isHere(identity)) this.admission.leave(identity, now);
    this.admission.write(now);
    this.admission.decided(identity);
  }

  /** An action at its turn: done, refused, or kept until the budget is here. */
  private act(session: Session, action: Action, { ahead, isAlone }: Turn, now: number): void {
    if (action.kind === "message" && !this.isNext(session, action.counter, ahead, now)) return;
    const verdict: Verdict = this.sequence.isFull
      ? { type: "busy" }
      : this.admission.decide(session, action, now, isAlone);
    switch (verdict.type) {
      case "admitted":
        return this.perform(session, action, now);
      case "waits":
        return;
      case "busy":
        return this.refusing.refuse(session, action, { code: "busy" }, now);
      case "refused":
        // Time to wait is no time to say one's name in.
        if (action.kind === "join") this.postpone(session, now + verdict.retryAfter);
        return this.refusing.refuse(
          session,
          action,
          { code: "rate-limited", retryAfter: verdict.retryAfter },
          now,
        );
      default:
        verdict satisfies never;
    }
  }

  /** A message that was sent ahead of a name that was refused: both may come again then. */
  private refuseUnjoined(session: Session, action: Action, now: number): void {
    this.refusing.refuse(session, action, { code: "rate-limited", retryAfter: session.since - now }, now);
  }

  private postpone(session: Session, since: number): void {
    session.since = since;
    this.effects.emit({ type: "attach", session });
  }

  private onBadFrame(session: Session, { code, error, counter }: DecodeError, now: number): void {
    if (counter !== undefined) return this.refusing.decline(session, encodeRefused({ counter, code }), now);
    const frame = encodeError(error, code);
    if (code !== "name-too-long" && code !== "frame-too-large")
      return this.refusing.decline(session, frame, now);
    this.send(session, frame);
    this.leave(session, CLOSE.tooLarge, error);
  }

  /** Told to the others, or dropped without an answer: nobody waits for one. */
  private onTyping(session: Session, now: number): void {
    const { joined } = session;
    const { may, told } = tell(session.typing, now);
    session.typing = told;
    if (joined === null || !may || this.members > MAX_TYPING_MEMBERS)
      return this.refusing.ignore(session, now);
    this.membership.tellTyping(session, joined);
  }

  private onHistory(session: Session, before: number, limit: number, now: number): void {
    if (session.joined === null) {
      return this.refusing.decline(
        session,
        encodeError("Join before you ask for history.", "bad-frame"),
        now,
      );
    }
    const wait = this.pages.take(session.identity, now);
    if (wait > 0) {
      return this.refusing.decline(session, encodeRefused({ code: "rate-limited", retryAfter: wait }), now);
    }
    const events = this.ports.log.before(Math.min(before, this.sequence.told + 1), limit);
    const more = (events[0]?.seq ?? 0) > this.ports.log.floor + 1;
    this.send(session, encodeHistory({ before, events, more }));
  }

  /** Whether a message is its sender's next one; if not, the sender is answered, unless its event is on the way. */
  private isNext(session: Session, counter: number, ahead: number, now: number): boolean {
    const standing = this.sequence.standingOf(session, counter, ahead);
    if (standing === "stored") this.refusing.decline(session, encodeStored(counter), now);
    if (standing === "out-of-order") {
      const expected = session.counter + 1;
      this.refusing.decline(session, encodeRefused({ counter, code: "out-of-order", expected }), now);
    }
    return standing === "next";
  }

  private perform(session: Session, action: Action, now: number): void {
    if (action.kind === "join") {
      // The welcome confirms what is admitted of its sender: written first (D5).
      this.flushes.write(now);
      if (!this.ports.log.isNamed) this.effects.emit({ type: "name-log" });
      return this.membership.join(session, action.hello, action.author, now);
    }
    const { joined } = session;
    if (joined === null) return;
    session.counter = Math.max(session.counter, action.counter);
    this.sequence.add(joined, action.message, action.counter, now);
  }
}

// What a connection is told when it gets no for an answer, and what becomes of one that goes on all the same (C23). How patient the
// room is decides patience.ts.
import { encodeError, encodeRefused, RATE_LIMITED } from "../protocol/codec.ts";
import { CLOSE, type Refusal } from "../protocol/messages.ts";
import type { Effects } from "./effects.ts";
import type { Membership } from "./membership.ts";
import { bear } from "./patience.ts";
import { type Action, isDelivery, type Session } from "./session.ts";

export class Refusals {
  /** How many there were since the room woke, told or not. */
  count = 0;
  private readonly effects: Effects;
  private readonly membership: Membership;

  constructor(effects: Effects, membership: Membership) {
    this.effects = effects;
    this.membership = membership;
  }

  /** An action is not done: the answer says why, in the sender's protocol. */
  refuse(session: Session, action: Action, refusal: Refusal, now: number): void {
    const delivery = action.kind === "join" ? action.hello.delivery !== null : action.counter > 0;
    const { code } = refusal;
    if (!delivery) {
      const error = code === "rate-limited" ? RATE_LIMITED : "Too many messages wait to be accepted.";
      return this.decline(session, encodeError(error, code, refusal.retryAfter), now);
    }
    const named = action.kind === "message" ? { counter: action.counter, ...refusal } : refusal;
    this.decline(session, encodeRefused(named), now);
  }

  /** Says no with this frame. A connection that goes on all the same is told so less often, and then sent away. */
  decline(session: Session, frame: string, now: number): void {
    if (this.bear(session, now)) this.answer(session, frame);
  }

  /** Says nothing, but it counts. */
  ignore(session: Session, now: number): void {
    const { answeredAt } = session.patience;
    this.bear(session, now);
    session.patience = { ...session.patience, answeredAt };
  }

  /** Whether it is to be answered. */
  private bear(session: Session, now: number): boolean {
    const { bearing, left } = bear(session.patience, now);
    session.patience = left;
    this.count += 1;
    if (bearing === "close")
      this.membership.leave(session, CLOSE.flooding, "You went on after you were refused.");
    return bearing === "answer";
  }

  /** A classic member tells its answers apart by their order: they stand behind what it was not told yet. */
  private answer(session: Session, frame: string): void {
    if (session.joined === null || isDelivery(session)) this.effects.send(session.connection, frame);
    else this.membership.answer(session, frame);
  }
}

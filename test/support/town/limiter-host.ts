// A limiter as the platform runs it: a machine in memory, an account in storage, turns that commit or die.
import type { Grant, Yielded } from "../../../src/rate-limit/budget.ts";
import {
  type Account,
  type Holder,
  Limiter,
  type LimiterEffect,
  type LimiterEvent,
  NEW_ACCOUNT,
} from "../../../src/rate-limit/limiter.ts";
import { Turn } from "./turn.ts";

export interface LimiterPorts {
  readonly clock: () => number;
  readonly newTerm: () => string;
  /** An instance is gone: nobody waits for what it asked. */
  readonly onDied: (instance: object) => void;
  /** Asks a room to give up a term. */
  readonly askRoom: (
    holder: Holder,
    isCheck: boolean,
    by: object,
    end: (answer: Yielded | null) => void,
  ) => void;
}

export class LimiterHost {
  /** The next turn that writes ends in a crash before its commit. */
  isDoomed = false;
  readonly counts = { moves: 0, yields: 0, crashesWhileMoving: 0, crashes: 0, forgotten: 0 };
  /** As in storage: text, so that nothing in memory is shared. */
  private stored: string | null = null;
  private limiter = new Limiter(NEW_ACCOUNT);
  private readonly ports: LimiterPorts;
  private replies = new Map<number, (grant: Grant | null) => void>();
  private calls = 0;
  private moving = 0;
  private lastRoom: string | null = null;

  constructor(ports: LimiterPorts) {
    this.ports = ports;
  }

  take(room: string, identity: string, reply: (grant: Grant | null) => void): void {
    const call = ++this.calls;
    this.replies.set(call, reply);
    this.handle({ type: "take", now: this.ports.clock(), call, room, identity, term: this.ports.newTerm() });
  }

  giveBack(term: string, left: Yielded): void {
    this.handle({ type: "given-back", now: this.ports.clock(), term, left });
  }

  alarm(): void {
    this.handle({ type: "alarm", now: this.ports.clock() });
  }

  /** Memory is lost, and with it who waits for what. */
  crash(): void {
    this.counts.crashes += 1;
    if (this.moving > 0) this.counts.crashesWhileMoving += 1;
    this.moving = 0;
    this.isDoomed = false;
    this.ports.onDied(this.limiter);
    this.replies = new Map();
    this.limiter = new Limiter(this.stored === null ? NEW_ACCOUNT : (JSON.parse(this.stored) as Account));
  }

  private handle(event: LimiterEvent): void {
    const { limiter, stored } = this;
    const turn = new Turn();
    for (const effect of limiter.handle(event)) this.perform(effect, turn);
    if (this.isDoomed && turn.hasWritten) {
      this.stored = stored;
      this.crash();
    } else turn.commit();
  }

  private perform(effect: LimiterEffect, turn: Turn): void {
    const { limiter } = this;
    switch (effect.type) {
      case "keep":
        turn.write(() => {
          this.stored = JSON.stringify(effect.account);
        });
        turn.send(() => this.follow(effect.account.holder?.room ?? null));
        break;
      case "forget":
        turn.write(() => {
          this.stored = null;
        });
        this.counts.forgotten += 1;
        break;
      case "yield":
        this.counts.yields += 1;
        turn.send(() => {
          this.moving += 1;
          const { holder, isCheck } = effect;
          this.ports.askRoom(holder, isCheck, limiter, (answer) => {
            this.moving -= 1;
            this.handle({ type: "yielded", now: this.ports.clock(), term: holder.term, answer });
          });
        });
        break;
      case "answer": {
        const reply = this.replies.get(effect.call);
        this.replies.delete(effect.call);
        turn.send(() => reply?.(effect.grant));
        break;
      }
      case "wake-at":
        break;
      default:
        effect satisfies never;
    }
  }

  private follow(room: string | null): void {
    if (room === null || room === this.lastRoom) return;
    if (this.lastRoom !== null) this.counts.moves += 1;
    this.lastRoom = room;
  }
}

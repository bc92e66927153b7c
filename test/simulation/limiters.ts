// The limiters of all identities, each a Durable Object in memory: the same Limiter over a simulated disk with an output
// gate. The twin of src/rate-limit/rate-limiter.ts.
import type { Grant, Yielded } from "../../src/rate-limit/budget.ts";
import {
  type Account,
  type Holder,
  Limiter,
  type LimiterEffect,
  type LimiterEvent,
  NEW_ACCOUNT,
} from "../../src/rate-limit/limiter.ts";
import { Alarm } from "./alarm.ts";
import { type Calls, limiterName, type Route, tellLeft } from "./calls.ts";
import { Disk } from "./disk.ts";
import { OutputGate, REFUSED } from "./output-gate.ts";
import type { Scheduler } from "./scheduler.ts";

export interface LimiterPorts {
  readonly scheduler: Scheduler;
  readonly calls: Calls;
  /** The clock of the limiters, which may jump. */
  readonly clock: () => number;
  /** Asks the room that holds a budget, which need not answer. */
  readonly yieldBudget: (holder: Holder, isCheck: boolean, answer: (left: Yielded | null) => void) => void;
}

/** What a limiter's disk holds. */
class AccountStore {
  account: Account | null = null;

  clone(): AccountStore {
    const copy = new AccountStore();
    copy.account = this.account;
    return copy;
  }
}

interface Instance {
  readonly limiter: Limiter;
  readonly gate: OutputGate<AccountStore>;
  readonly name: string;
  readonly answers: Map<number, { readonly to: string; readonly answer: (grant: Grant | null) => void }>;
  /** Rooms that are being asked to yield. */
  asking: number;
}

export class LimiterHost {
  readonly disk = new Disk<AccountStore>();
  readonly counts = { moves: 0, crashes: 0, crashesInMove: 0, resets: 0, checks: 0 };
  private readonly ports: LimiterPorts;
  private readonly identity: string;
  private instance: Instance | null = null;
  private readonly alarm: Alarm;
  private calls = 0;
  private terms = 0;
  private lives = 0;
  private lastRoom = "";

  constructor(identity: string, ports: LimiterPorts) {
    this.identity = identity;
    this.ports = ports;
    const { scheduler, clock } = ports;
    this.alarm = new Alarm(this.name, scheduler, clock, () =>
      this.handle(this.awake(), { type: "alarm", now: clock() }),
    );
  }

  get name(): string {
    return `limiter ${this.identity}`;
  }

  get isAwake(): boolean {
    return this.instance !== null;
  }

  /** What is on the disk; null: nothing. */
  get account(): Account | null {
    return this.disk.read()?.account ?? null;
  }

  /** `to` names the call that is answered. */
  take(room: string, to: string, answer: (grant: Grant | null) => void): void {
    if (!this.isAwake && this.disk.strikes("start")) return this.reset();
    const instance = this.awake();
    const call = ++this.calls;
    instance.answers.set(call, { to, answer });
    const term = `${this.identity} term ${++this.terms}`;
    this.handle(instance, {
      type: "take",
      now: this.ports.clock(),
      call,
      room,
      identity: this.identity,
      term,
    });
  }

  giveBack(term: string, left: Yielded, answer: (isHeard: true) => void): void {
    const instance = this.awake();
    this.handle(instance, { type: "given-back", now: this.ports.clock(), term, left });
    if (!instance.gate.isDead) instance.gate.out(() => answer(true), `heard ${term}`);
  }

  /** What was in memory is lost, and what is not committed. */
  die(): void {
    const { instance } = this;
    if (instance === null) return;
    this.counts.crashes += 1;
    this.ports.scheduler.trace?.mark(limiterName(this.identity), "crash", "crashes");
    if (instance.asking > 0 || !instance.gate.isIdle) this.counts.crashesInMove += 1;
    instance.gate.isDead = true;
    this.instance = null;
  }

  private awake(): Instance {
    if (this.instance !== null) return this.instance;
    const name = `${this.name}~${++this.lives}`;
    const gate = new OutputGate({
      name,
      scheduler: this.ports.scheduler,
      disk: this.disk,
      owner: limiterName(this.identity),
      fresh: () => new AccountStore(),
      onCommitted: () => {},
      onFailed: () => this.reset(),
    });
    const limiter = new Limiter(gate.state.account ?? NEW_ACCOUNT);
    this.instance = { name, limiter, gate, answers: new Map(), asking: 0 };
    return this.instance;
  }

  private handle(instance: Instance, event: LimiterEvent): void {
    try {
      for (const effect of instance.limiter.handle(event)) this.perform(instance, effect);
      instance.gate.endTurn();
    } catch (error) {
      if (error !== REFUSED) throw error;
      this.reset();
    }
  }

  private reset(): void {
    this.counts.resets += 1;
    this.die();
  }

  private perform(instance: Instance, effect: LimiterEffect): void {
    const { gate, answers } = instance;
    switch (effect.type) {
      case "keep":
        return gate.write((store) => {
          store.account = effect.account;
        });
      case "forget":
        this.alarm.cancel();
        return gate.write((store) => {
          store.account = null;
        });
      case "yield":
        instance.asking += 1;
        if (effect.isCheck) this.counts.checks += 1;
        return this.ask(instance, effect.holder, effect.isCheck);
      case "answer": {
        const answer = answers.get(effect.call);
        answers.delete(effect.call);
        if (effect.grant !== null) this.countMove(instance);
        if (answer === undefined) return;
        return gate.out(
          () => answer.answer(effect.grant),
          () => `${answer.to} ${JSON.stringify(effect.grant)}`,
        );
      }
      case "wake-at":
        return this.alarm.set(effect.at);
      default:
        effect satisfies never;
    }
  }

  private countMove({ gate }: Instance): void {
    const room = gate.state.account?.holder?.room ?? "";
    if (this.lastRoom !== "" && this.lastRoom !== room) this.counts.moves += 1;
    this.lastRoom = room;
  }

  private ask(instance: Instance, holder: Holder, isCheck: boolean): void {
    const { calls, clock } = this.ports;
    const { term } = holder;
    const text = `${instance.name} ${holder.room} ${term} ${isCheck}`;
    calls.inTime<Yielded>(
      (answer) => instance.gate.out(() => this.call(holder, isCheck, text, answer), `yield ${text}`),
      (answer) => {
        instance.asking -= 1;
        if (!instance.gate.isDead) this.handle(instance, { type: "yielded", now: clock(), term, answer });
      },
      text,
      () => instance.gate.isDead,
    );
  }

  private call(holder: Holder, isCheck: boolean, text: string, answer: (left: Yielded | null) => void): void {
    const { calls, yieldBudget } = this.ports;
    const fail = (): void => answer(null);
    const limiter = limiterName(this.identity);
    const said = `${isCheck ? "still needed" : "wanted back"}: ${holder.term}`;
    const there: Route = { from: limiter, to: holder.room, text: said };
    const back = (left: Yielded | null): void => {
      const route = { from: holder.room, to: limiter, text: tellLeft(left) };
      calls.travel("yield's answer", () => answer(left), fail, `${text} ${JSON.stringify(left)}`, route);
    };
    calls.travel("yield", () => yieldBudget(holder, isCheck, back), fail, text, there);
  }
}

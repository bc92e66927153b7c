// A scope as it stands: the simulation's rooms, limiters and people under a scheduler that lets us choose. Steps in, a world out.
import type { Rates } from "../../src/rate-limit/budget.ts";
import type { RoomConfig } from "../../src/room/config.ts";
import type { Accepted } from "../simulation/accepted.ts";
import { Calls } from "../simulation/calls.ts";
import { ClassicPerson } from "../simulation/classic-person.ts";
import { Clock } from "../simulation/clock.ts";
import { DeliveryPerson } from "../simulation/delivery-person.ts";
import { LimiterHost } from "../simulation/limiters.ts";
import type { Wire } from "../simulation/wire.ts";
import type { Person } from "../simulation/person.ts";
import { RoomHost } from "../simulation/room-host.ts";
import type { HistoryEvent } from "../support/history.ts";
import { ChoiceScheduler } from "./choices.ts";
import { ARRIVED, type Faults, RESTED, type Scope, type ScopePerson } from "./scope.ts";
import { stepsOf } from "./steps.ts";

/** Rest comes after some dozens of steps; where it does not, the start is judged as it is. */
const MOST_STEPS = 2_000;

export class World {
  readonly scope: Scope;
  readonly scheduler: ChoiceScheduler;
  readonly histories: HistoryEvent[][];
  readonly people: readonly Person[];
  readonly rooms: readonly RoomHost[];
  readonly limiters = new Map<string, LimiterHost>();
  readonly rates: Rates;
  readonly clocks: readonly Clock[];
  readonly accepted: (Accepted & { readonly room: number; readonly address: string })[] = [];
  /** What may still go wrong, and be said. */
  readonly left: Record<keyof Faults, number>;
  readonly says: number[];
  readonly mayLeave: boolean[];
  /** What has happened on the way here: the interesting of it. */
  readonly notes = new Set<string>();
  /** What was to happen before, and could not. */
  readonly missed: string[] = [];
  private readonly calls: Calls;

  constructor(scope: Scope) {
    this.scope = scope;
    this.scheduler = new ChoiceScheduler(scope.rings);
    this.calls = new Calls(this.scheduler);
    this.rates = { message: scope.rate, join: { ...scope.rate, burst: Math.max(4, scope.rate.burst) } };
    this.clocks = Array.from({ length: scope.rooms + 1 }, (_, i) => new Clock(this.scheduler, i));
    this.histories = Array.from({ length: scope.rooms }, () => []);
    this.rooms = Array.from({ length: scope.rooms }, (_, i) => this.room(i));
    for (const { address } of scope.people) this.limiter(address);
    this.people = scope.people.map((person, i) => this.person(person, i));
    this.says = scope.people.map(({ says }) => says);
    this.mayLeave = scope.people.map(({ leaves }) => leaves === true);
    this.left = {
      ...{
        crash: 0,
        limiterCrash: 0,
        evict: 0,
        commit: 0,
        limiterCommit: 0,
        lose: 0,
        double: 0,
        cut: 0,
        repeat: 0,
        late: 0,
      },
      ...scope.faults,
    };
    this.begin();
  }

  /** Who is here from the start joins, one after the other, and all comes to rest; then comes what has happened before. */
  private begin(): void {
    for (const [i, { isHere }] of this.scope.people.entries()) {
      if (!isHere) continue;
      this.people[i]?.start();
      this.settle();
    }
    for (const words of this.scope.before ?? []) {
      if (words === RESTED) this.settle();
      else if (words === ARRIVED) this.arrive();
      else this.go(words);
    }
  }

  /** What is under way arrives, the oldest first, and the timers of this scope ring, until there is nothing more. */
  settle(): void {
    const { scheduler } = this;
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      this.arrive();
      const [timer] = scheduler.nextTimers;
      if (timer === undefined) return;
      scheduler.run(timer);
    }
  }

  private arrive(): void {
    const { scheduler } = this;
    for (let [next] = scheduler.flows; next !== undefined; [next] = scheduler.flows) scheduler.run(next);
  }

  /** Takes the step whose words begin so. Broken code may have no such step: its start is judged as it is. */
  private go(words: string): void {
    const step = stepsOf(this).find(({ tell }) => tell().startsWith(words));
    if (step === undefined) this.missed.push(words);
    else step.take();
  }

  private room(number: number): RoomHost {
    const { scheduler, calls } = this;
    return new RoomHost(`room ${number}`, {
      scheduler,
      calls,
      config: this.config,
      clock: () => this.clocks[number]?.now ?? 0,
      limiterOf: (identity) => this.limiter(identity),
      onAccepted: (accepted) => {
        const sender = this.people.findIndex(({ name }) => name === accepted.name);
        this.accepted.push({ ...accepted, room: number, address: this.scope.people[sender]?.address ?? "" });
      },
      closeMs: 1,
      isEager: false,
    });
  }

  private get config(): RoomConfig {
    return {
      rates: this.rates,
      maxSockets: 50,
      maxSocketsPerIdentity: 8,
      joinDeadlineMs: 30_000,
      silenceMs: 120_000,
      historyMaxAgeMs: 86_400_000,
      historyMaxRows: 10_000,
      rosterMax: this.scope.rosterMax,
      slowReaderBytes: this.scope.slowReaderBytes,
      maxMessageLength: 256,
    };
  }

  private limiter(address: string): LimiterHost {
    const known = this.limiters.get(address);
    if (known !== undefined) return known;
    const { scheduler, calls } = this;
    const host = new LimiterHost(address, {
      scheduler,
      calls,
      clock: () => this.clocks.at(-1)?.now ?? 0,
      yieldBudget: (holder, isCheck, answer) =>
        this.rooms.find(({ name }) => name === holder.room)?.yieldBudget(holder, isCheck, answer),
    });
    this.limiters.set(address, host);
    return host;
  }

  private person({ room, address, protocol }: ScopePerson, number: number): Person {
    const surroundings = {
      scheduler: this.scheduler,
      history: this.histories[room] ?? [],
      // Whoever comes back does so at once: when that is, the scheduler's choices say.
      random: () => 0,
      accept: (wire: Wire, identity: string) => this.rooms[room]?.accept(wire, identity) ?? null,
    };
    const kind = protocol === "classic" ? ClassicPerson : DeliveryPerson;
    return new kind(`p${number}`, address, surroundings);
  }

  peopleOf(room: number): readonly Person[] {
    return this.people.filter((_, i) => this.scope.people[i]?.room === room);
  }

  /** Whether nothing is under way, and no timer of this scope is to ring. */
  get isQuiet(): boolean {
    return this.scheduler.heads.length === 0 && this.scheduler.timers.length === 0;
  }
}

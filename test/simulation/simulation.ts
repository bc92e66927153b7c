// A whole Edge Chat in memory: rooms, limiters, disks, networks and people, in virtual time. A scenario in, histories out.
import type { Rates } from "../../src/rate-limit/budget.ts";
import type { RoomConfig } from "../../src/room/config.ts";
import type { HistoryEvent } from "../support/history.ts";
import { seenOf } from "../support/history.ts";
import type { Accepted } from "./accepted.ts";
import { Calls } from "./calls.ts";
import { ClassicPerson } from "./classic-person.ts";
import { Clock } from "./clock.ts";
import { DeliveryPerson } from "./delivery-person.ts";
import { LimiterHost } from "./limiters.ts";
import { GIVE_UP_MS } from "./wire.ts";
import type { Person } from "./person.ts";
import { RoomHost } from "./room-host.ts";
import { LIMITERS, PEOPLE, ROOMS, type Scenario, type Step } from "./scenario.ts";
import { Scheduler } from "./scheduler.ts";
import { laneOf, tellStep } from "./step-words.ts";

const CONFIG: Omit<RoomConfig, "rates" | "historyMaxRows"> = {
  maxSockets: 50,
  maxSocketsPerIdentity: 8,
  joinDeadlineMs: 30_000,
  silenceMs: 120_000,
  historyMaxAgeMs: 86_400_000,
  rosterMax: 2,
  slowReaderBytes: 500,
  maxMessageLength: 256,
};

/** A close is on its way to its room for so long: others may come meanwhile. */
const CLOSE_MS = 1;

/** Healing takes at most so long: backoff is up to 30 s, and a budget of 8 joins is full again after 40 s. */
const HEAL_ROUNDS = 120;
const HEAL_ROUND_MS = 10_000;
/** When everybody has left: by then the alarms have rung that look after what a crash left behind. */
const DESERTED_MS = 3 * 86_400_000;

/** What pictures say of it. */
export const DESERTED = "everybody leaves";

export class Simulation {
  readonly scheduler = new Scheduler();
  readonly histories: HistoryEvent[][] = Array.from({ length: ROOMS }, () => []);
  readonly people: Person[];
  readonly rooms: RoomHost[];
  readonly limiters = new Map<string, LimiterHost>();
  readonly calls = new Calls(this.scheduler);
  readonly rates: Rates;
  readonly counts = { crashes: 0, erasures: 0, cuts: 0, halfOpen: 0, offline: 0 };
  /** What rooms accepted of each address, by the instant of virtual time. */
  readonly accepted: (Accepted & { readonly room: number; readonly address: string })[] = [];
  readonly clocks: readonly Clock[];
  /** After so many steps a failure could not be avoided any more, for pictures. */
  inevitable: number | null = null;
  private readonly scenario: Scenario;
  private readonly closeMs: number;
  private readonly cutOff = new Set<string>();
  private downUntil = 0;
  private seed: number;

  constructor(scenario: Scenario, closeMs = CLOSE_MS) {
    this.scenario = scenario;
    this.closeMs = closeMs;
    this.seed = scenario.seed;
    const { maxSocketsPerIdentity } = CONFIG;
    this.rates = { message: scenario.rate, join: { ...scenario.rate, burst: maxSocketsPerIdentity } };
    this.clocks = Array.from({ length: LIMITERS + 1 }, (_, i) => new Clock(this.scheduler, i));
    const config = { ...CONFIG, rates: this.rates, historyMaxRows: scenario.keepRows };
    this.rooms = Array.from({ length: ROOMS }, (_, i) => this.room(i, config));
    for (const { address } of PEOPLE) this.limiters.set(address, this.limiter(address));
    this.people = PEOPLE.map((_, i) => this.person(i));
  }

  private room(number: number, config: RoomConfig): RoomHost {
    const { scheduler, calls } = this;
    return new RoomHost(`room ${number}`, {
      scheduler,
      calls,
      config,
      clock: () => this.clocks[number]?.now ?? 0,
      limiterOf: (identity) => this.limiters.get(identity) ?? this.limiter(identity),
      onAccepted: (accepted) => {
        const address = PEOPLE[this.people.findIndex(({ name }) => name === accepted.name)]?.address ?? "";
        this.accepted.push({ ...accepted, room: number, address });
        const alone = accepted.isAlone ? ", without its budget" : "";
        const what = `accepts a ${accepted.kind} of ${address}${alone}`;
        this.scheduler.trace?.mark(`room ${number}`, "accepted", what, {
          since: accepted.at,
          ms: 0,
          who: accepted.name,
        });
      },
      closeMs: this.closeMs,
      isEager: this.scenario.isEager,
    });
  }

  private limiter(address: string): LimiterHost {
    const { scheduler, calls } = this;
    return new LimiterHost(address, {
      scheduler,
      calls,
      clock: () => this.clocks[LIMITERS]?.now ?? 0,
      yieldBudget: (holder, isCheck, answer) => {
        if (this.isDown || this.cutOff.has(holder.room)) return;
        this.rooms.find(({ name }) => name === holder.room)?.yieldBudget(holder, isCheck, answer);
      },
    });
  }

  private person(number: number): Person {
    const { room, address, protocol } = PEOPLE[number] ?? PEOPLE[0];
    const surroundings = {
      scheduler: this.scheduler,
      history: this.histories[room] ?? [],
      room: `room ${room}`,
      random: () => this.random(),
      accept: (wire: Parameters<RoomHost["accept"]>[0], identity: string) =>
        this.isDown ? null : (this.rooms[room]?.accept(wire, identity) ?? null),
    };
    const kind = protocol === "classic" ? ClassicPerson : DeliveryPerson;
    return new kind(`p${number}`, address, surroundings);
  }

  private note(lane: string | null, text: string): void {
    this.scheduler.trace?.mark(lane, "step", text);
  }

  private get isDown(): boolean {
    return this.scheduler.now < this.downUntil;
  }

  /** Who is in a room, by its number. */
  peopleOf(room: number): Person[] {
    return this.people.filter((_, i) => PEOPLE[i]?.room === room);
  }

  /** Plays the scenario, then heals everything and lets it come to rest. */
  run(): this {
    for (const [i, step] of this.scenario.steps.entries()) {
      if (step.do !== "advance") this.note(laneOf(step, this.people), tellStep(step));
      this.perform(step);
      this.scheduler.observe?.();
      if (i + 1 === this.inevitable) this.note(null, "from here on it is inevitable");
    }
    this.note(null, "from here on nothing is broken, and everybody comes back");
    this.heal();
    for (const [i, room] of this.rooms.entries()) this.writeLog(i, room, true);
    this.scheduler.observe?.();
    return this;
  }

  /** Everybody goes, and time passes until nothing is owed. */
  desert(): void {
    this.note(null, DESERTED);
    for (const person of this.people) person.stop();
    this.scheduler.advance(DESERTED_MS);
  }

  /** A linear congruential generator (Numerical Recipes): small, and the same everywhere. */
  private random(): number {
    this.seed = (Math.imul(this.seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.seed / 2 ** 32;
  }

  private writeLog(i: number, { log }: RoomHost, isQuiet: boolean): void {
    const messages = log.after(log.floor, Number.MAX_SAFE_INTEGER).map(seenOf);
    this.histories[i]?.push({ type: "log", epoch: log.epoch, floor: log.floor, messages, isQuiet });
  }

  private perform(step: Step): void {
    const person = "who" in step ? this.people[step.who] : undefined;
    const room = "room" in step ? this.rooms[step.room] : undefined;
    const hosts = "object" in step ? this.hostsOf(step.object) : [];
    switch (step.do) {
      case "start":
        return person?.start();
      case "stop":
        return person?.stop();
      case "reload":
        person?.stop();
        return person?.start();
      case "repeat":
        return person?.repeat();
      case "history":
        if (person instanceof DeliveryPerson) person.history();
        return;
      case "say":
        for (let i = 0; i < step.times; i++) person?.say();
        return;
      case "say too much":
        return person?.say("x".repeat(300));
      case "junk":
        return person?.junk(step.frame);
      case "cut":
        this.counts[step.notice === "both" ? "cuts" : "halfOpen"] += 1;
        return person?.cut(step.notice);
      case "network":
        if (!step.isOnline) this.counts.offline += 1;
        if (person !== undefined) person.latency = step.latency;
        return person?.setOnline(step.isOnline);
      case "advance":
        return this.scheduler.advance(step.ms);
      case "crash":
        return this.crash(step.downMs);
      case "die":
        return hosts.forEach((host) => host.die());
      case "disk":
        for (const { disk } of hosts) Object.assign(disk, { fault: step.fault, latency: step.latency });
        return;
      case "calls":
        Object.assign(this.calls, { fault: step.fault, latency: step.latency });
        return;
      case "reach":
        if (room === undefined) return;
        if (step.isReachable) this.cutOff.delete(room.name);
        else this.cutOff.add(room.name);
        return;
      case "clock":
        return this.clocks[step.object]?.jump(step.ms);
      case "hibernate":
        room?.hibernate();
        return;
      case "ring":
        return room?.ring();
      case "depart":
        for (const one of this.peopleOf(step.room)) if (one instanceof ClassicPerson) one.cut("both");
        return;
      case "erase":
        if (room === undefined) return;
        this.counts.erasures += 1;
        this.writeLog(step.room, room, false);
        return room.erase();
      default:
        step satisfies never;
    }
  }

  private hostsOf(object: number): readonly (RoomHost | LimiterHost)[] {
    return object === LIMITERS ? [...this.limiters.values()] : this.rooms.slice(object, object + 1);
  }

  /** The process that all objects are in is killed, and another one comes up. */
  private crash(downMs: number): void {
    this.counts.crashes += 1;
    for (const host of [...this.rooms, ...this.limiters.values()]) host.die();
    this.downUntil = this.scheduler.now + downMs;
  }

  /** No fault any more, everybody here and online; time passes until nobody waits for anything. */
  private heal(): void {
    Object.assign(this.calls, { fault: null, latency: 2 });
    this.cutOff.clear();
    // Only its end helps an object whose storage does not answer.
    for (const room of this.rooms) if (room.isStuck) room.die();
    for (const { disk } of [...this.rooms, ...this.limiters.values()])
      Object.assign(disk, { fault: null, latency: 1 });
    for (const person of this.people) {
      person.latency = 5;
      person.setOnline(true);
      person.start();
    }
    // A classic client never pings: of a half-open connection both sides learn when TCP gives up.
    this.scheduler.advance(GIVE_UP_MS);
    for (let round = 0; round < HEAL_ROUNDS; round++) {
      this.scheduler.advance(HEAL_ROUND_MS);
      if (this.people.every((person) => person.isAtRest)) break;
    }
    // The last joins and quits are told.
    this.scheduler.advance(HEAL_ROUND_MS);
  }
}

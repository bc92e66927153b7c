// A whole Edge Chat in memory: rooms, limiters, disks, networks and people, in virtual time. A scenario in, histories out.
import type { RoomConfig } from "../../src/room/config.ts";
import type { HistoryEvent } from "../support/history.ts";
import { seenOf } from "../support/history.ts";
import { Limiters } from "./limiters.ts";
import { GIVE_UP_MS } from "./link.ts";
import { ClassicPerson } from "./classic-person.ts";
import { DeliveryPerson } from "./delivery-person.ts";
import type { Person } from "./person.ts";
import { RoomHost } from "./room-host.ts";
import { PEOPLE, roomOf, ROOMS, type Scenario, type Step } from "./scenario.ts";
import { Scheduler } from "./scheduler.ts";

const CONFIG: Omit<RoomConfig, "rate" | "historyMaxRows"> = {
  maxSockets: 50,
  maxSocketsPerIdentity: 20,
  joinDeadlineMs: 30_000,
  silenceMs: 120_000,
  historyMaxAgeMs: 86_400_000,
  rosterMax: 3,
  slowReaderBytes: 1_048_576,
};

/** Healing takes at most so long: backoff is up to 30 s, and a budget of 5 is full again after 25 s. */
const HEAL_ROUNDS = 120;
const HEAL_ROUND_MS = 10_000;

export class Simulation {
  readonly scheduler = new Scheduler();
  readonly histories: HistoryEvent[][] = Array.from({ length: ROOMS }, () => []);
  readonly people: Person[];
  readonly rooms: RoomHost[];
  readonly limiters: Limiters;
  readonly counts = { crashes: 0, erasures: 0, clockJumps: 0, cuts: 0, halfOpen: 0, offline: 0 };
  private readonly scenario: Scenario;
  private clockOffset = 0;
  private downUntil = 0;
  private seed: number;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.seed = scenario.seed;
    const rate = { periodMs: 5_000, burst: scenario.burst };
    const config = { ...CONFIG, rate, historyMaxRows: scenario.keepRows };
    const clock = (): number => this.scheduler.now + this.clockOffset;
    this.limiters = new Limiters(this.scheduler, rate, clock);
    const { scheduler, limiters } = this;
    const onSettled = (host: RoomHost): void => {
      if (scenario.isEager) host.hibernate();
    };
    this.rooms = Array.from(
      { length: ROOMS },
      (_, i) => new RoomHost(`room ${i}`, { scheduler, limiters, config, clock, onSettled }),
    );
    this.people = Array.from({ length: PEOPLE }, (_, i) => this.person(i));
  }

  /** Even people speak the classic protocol. Neighbours share an address. */
  private person(number: number): Person {
    const room = roomOf(number);
    const surroundings = {
      scheduler: this.scheduler,
      history: this.histories[room] ?? [],
      random: () => this.random(),
      accept: (link: Parameters<RoomHost["accept"]>[0], identity: string) =>
        this.scheduler.now < this.downUntil ? null : (this.rooms[room]?.accept(link, identity) ?? null),
    };
    const kind = number % 2 === 0 ? ClassicPerson : DeliveryPerson;
    return new kind(`p${number}`, `address ${number >> 1}`, surroundings);
  }

  /** Who is in a room, by its number. */
  peopleOf(room: number): Person[] {
    return this.people.filter((_, i) => roomOf(i) === room);
  }

  /** Plays the scenario, then heals everything and lets it come to rest. */
  run(): this {
    for (const step of this.scenario.steps) this.perform(step);
    this.heal();
    for (const [i, room] of this.rooms.entries()) this.writeLog(i, room, true);
    return this;
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
      case "disk":
        if (room !== undefined) Object.assign(room.disk, { fault: step.fault, latency: step.latency });
        return;
      case "limiter":
        Object.assign(this.limiters, { fault: step.fault, latency: step.latency });
        return;
      case "clock":
        this.counts.clockJumps += 1;
        this.clockOffset = Math.max(-500_000_000, this.clockOffset + step.ms);
        return;
      case "hibernate":
        room?.hibernate();
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

  /** The process that all rooms are in is killed, and another one comes up. */
  private crash(downMs: number): void {
    this.counts.crashes += 1;
    for (const room of this.rooms) room.die();
    this.downUntil = this.scheduler.now + downMs;
  }

  /** No fault any more, everybody here and online; time passes until nobody waits for anything. */
  private heal(): void {
    Object.assign(this.limiters, { fault: null, latency: 2 });
    for (const room of this.rooms) Object.assign(room.disk, { fault: null, latency: 1 });
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

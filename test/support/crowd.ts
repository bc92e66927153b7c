// A room with people in it, for fault tests: they talk, come back, fall quiet, and the checker judges what they saw.
import { assertDrawn } from "../timeline/drawn.ts";
import type { Verdict } from "./verdict.ts";
import { ClassicPerson } from "./classic-person.ts";
import type { HistoryEvent } from "./history.ts";
import { olderClient } from "./older.ts";
import { Person } from "./person.ts";
import { type LogEvent, readLog } from "./read-log.ts";
import { until } from "./until.ts";

interface Sizes {
  readonly people: number;
  /** More people, with the client of version 0.2.0. */
  readonly older?: number;
  readonly classics: number;
}

export class Crowd {
  readonly history: HistoryEvent[] = [];
  readonly people: Person[];
  readonly classics: readonly ClassicPerson[];
  private readonly url: string;
  private readonly room: string;

  private constructor(url: string, room: string, sizes: Sizes) {
    const { history } = this;
    this.url = url;
    this.room = room;
    this.people = [
      ...names("person", sizes.people).map((name) => new Person(history, url, room, name)),
      ...names("older", sizes.older ?? 0).map((name) => new Person(history, url, room, name, olderClient)),
    ];
    this.classics = names("classic", sizes.classics).map(
      (name) => new ClassicPerson(history, url, room, name),
    );
  }

  /** Everybody joins a room that nobody used before. */
  static async gather(url: string, room: string, sizes: Sizes): Promise<Crowd> {
    const crowd = new Crowd(url, room, sizes);
    for (const anybody of [...crowd.people, ...crowd.classics]) anybody.start();
    await crowd.untilHere();
    return crowd;
  }

  /** One more, who may come by another way. */
  async invite(name: string, url: string): Promise<Person> {
    const person = new Person(this.history, url, this.room, name);
    this.people.push(person);
    person.start();
    await this.untilHere();
    return person;
  }

  /** Who was thrown out tries again at once, and does not wait out its backoff. */
  hint(): void {
    for (const person of this.people) if (person.status === "offline") person.hint();
  }

  /** Waits until everybody is in the room. */
  async untilHere(): Promise<void> {
    const isHere = (): boolean => {
      this.hint();
      return this.people.every(({ status }) => status === "live") && this.classics.every(({ isIn }) => isIn);
    };
    await until(
      isHere,
      () => `everybody in ${this.room}: ${this.people.map(({ status }) => status).join(", ")}`,
    );
  }

  /** Everybody says so many things. */
  say(count = 1, padding = ""): void {
    for (let i = 0; i < count; i++) {
      for (const person of this.people) person.say(padding);
      for (const classic of this.classics) classic.say();
    }
  }

  /** Everybody says so many things; resolves when the first of it is shown, and the rest is under way. */
  async beginToSay(count: number): Promise<void> {
    const before = this.head;
    this.say(count);
    await until(
      () => this.head > before,
      () => `anything shown in ${this.room}`,
    );
  }

  /** The newest message that anybody has. */
  get head(): number {
    return Math.max(...this.people.map(({ head }) => head));
  }

  count(of: "losses" | "resumes" | "recovered" | "unconfirmed"): number {
    return this.people.reduce((sum, person) => sum + person[of], 0);
  }

  /** Waits until all that anybody said is stored, or its connection is lost, and everybody has seen the same to the end. */
  async untilQuiet(): Promise<void> {
    const everybody = [...this.people, ...this.classics];
    await until(
      () =>
        everybody.every(({ unconfirmed }) => unconfirmed === 0) &&
        new Set(everybody.map(({ newest }) => newest)).size === 1,
      () =>
        `quiet in ${this.room}: ${everybody.map((p) => `${p.newest.trim().slice(0, 20)}/${p.unconfirmed}`).join(", ")}`,
    );
  }

  /** Waits until it is quiet, and lets the checker judge. Throws where there is an anomaly; returns the counts, and the room's log. */
  async judge(): Promise<Verdict["counts"] & { readonly log: LogEvent }> {
    await this.untilHere();
    await this.untilQuiet();
    const log = await readLog(this.url, this.room);
    for (const classic of this.classics) classic.giveUp();
    const { counts } = assertDrawn([...this.history, log], this.room);
    this.leave();
    return { ...counts, log };
  }

  leave(): void {
    for (const person of this.people) person.stop();
    for (const classic of this.classics) classic.stop();
  }
}

const names = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name}${i + 1}`);

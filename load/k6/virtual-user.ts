// One virtual user: its members, its clock and its record, and what its members do together.
import { clearInterval, setInterval } from "k6/timers";
import { Attribution } from "../lib/attribution.ts";
import { indexOfSender, type Place, placesOf, SENDER } from "../lib/crowd.ts";
import { writeSteps } from "../lib/live-steps.ts";
import type { Plan } from "../lib/pacing.ts";
import { comesBack, isRestless, membersOf, type Parameters } from "../lib/parameters.ts";
import { Readings } from "../lib/readings.ts";
import { Recorder, TICK_MS } from "../lib/recorder.ts";
import { Witness, writeEvent } from "../lib/witness.ts";
import { Clock } from "./clock.ts";
import { Member } from "./member.ts";
import { pause, until } from "./wait.ts";

const PING_MS = 25_000;
const PROGRESS_MS = 1_000;
const HURRY_MS = 1_000;
const CLOSE_MS = 2_000;
/** Anomalies that are told in words; all are counted. */
const TOLD = 5;

const isIn = ({ receiver }: Member): boolean => receiver.isJoined;
/** Or cannot come in any more. */
const isSettled = (member: Member): boolean => isIn(member) || member.isClosed;

export class VirtualUser {
  readonly parameters: Parameters;
  readonly plan: Plan;
  readonly run: string;
  readonly recorder: Recorder;
  readonly attribution: Attribution;
  readonly readings: Readings;
  readonly clock = new Clock();
  readonly now = (): number => this.clock.now();
  /** Hears the senders of the first room that speaks the delivery protocol: they are all here. */
  readonly witness: Witness | null;
  readonly members: readonly Member[];
  private readonly timers: readonly number[];

  /** `id` is its idInTest, from which follows which members it holds. */
  constructor(parameters: Parameters, plan: Plan, run: string, id: number) {
    this.parameters = parameters;
    this.plan = plan;
    this.run = run;
    this.recorder = new Recorder(plan);
    const nameOf = (sender: number): string => `m${indexOfSender(parameters, sender)}`;
    this.attribution = new Attribution({ senders: parameters.senders, nameOf });
    this.readings = new Readings(parameters.size, this.attribution, parameters.sample);
    this.witness = id === SENDER ? new Witness() : null;
    this.members = placesOf(parameters, id).map((place: Place) => new Member(this, place));
    const ping = setInterval(() => this.guard(() => this.ping()), PING_MS);
    const tell = () => setInterval(() => this.guard(() => this.tell(id)), PROGRESS_MS);
    let ticked = this.clock.elapsed();
    const tick = setInterval(() => {
      const now = this.clock.elapsed();
      this.recorder.stalled(Math.max(0, now - ticked - TICK_MS), this.clock.now());
      ticked = now;
    }, TICK_MS);
    const hurry = () =>
      setInterval(() => this.guard(() => this.members.forEach((member) => member.hurry())), HURRY_MS);
    this.timers = [
      ...[ping, tick],
      ...(parameters.progress > 0 ? [tell()] : []),
      ...(comesBack(parameters) ? [hurry()] : []),
    ];
  }

  /** Runs what a socket or a timer asks for. An error would end the whole iteration (K20): it is counted instead. */
  guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.failed(error);
    }
  }

  /** Counts an error of the script itself, and tells the first one. */
  failed(error: unknown): void {
    if (this.recorder.counts.handlerErrors === 0) console.error(`In the load script: ${String(error)}`);
    this.recorder.counts.handlerErrors += 1;
  }

  /** Connects members, so many a second over all virtual users, and waits until they have joined or time is up. */
  async join(members: readonly Member[], perSecond: number): Promise<void> {
    const began = this.clock.elapsed();
    for (const member of members) {
      const due = (member.place.index / perSecond) * 1_000;
      const wait = due - (this.clock.elapsed() - began);
      if (wait > 0) await pause(wait);
      member.open();
    }
    await this.joined(members);
  }

  /** Waits until members have joined, or cannot. k6 would give a handshake 60 seconds (K19): who takes longer than asked is dropped. */
  async joined(members: readonly Member[]): Promise<void> {
    if (await until(() => members.every(isSettled), this.parameters.joinTimeoutS * 1_000)) return;
    for (const member of members) if (!isSettled(member)) this.guard(() => member.giveUp());
  }

  /** Waits until all is said in all rooms, or cannot come any more. */
  async over(): Promise<void> {
    const { joinTimeoutS, warmupS, durationS, drainS } = this.parameters;
    // The sender may wait twice for a room that does not say that it is full: for its own members, and for the others.
    const longest = (2 * joinTimeoutS + 1 + warmupS + durationS + 2 * drainS) * 1_000;
    const deadline = (): number => this.recorder.ends + 2 * drainS * 1_000;
    await until(() => this.members.every(({ isDone }) => isDone) || this.now() > deadline(), longest);
  }

  /** Counts, and then closes: what arrives at a closing socket is not counted (K17). */
  async finish(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    for (const member of this.members) this.guard(() => member.finish());
    this.recorder.counts.examined += this.attribution.examined;
    this.guard(() => this.judge());
    for (const member of this.members) this.guard(() => member.close());
    await until(() => this.members.every(({ isClosed }) => isClosed), CLOSE_MS);
  }

  /** Whether a room told a wrong number of members when the plan was over: all are there then, but where they come and go. */
  isWrongCount(members: number): boolean {
    return !isRestless(this.parameters) && members !== membersOf(this.parameters);
  }

  /** What the project's checker says of the sample. */
  private judge(): void {
    if (this.witness === null) return;
    const { counts } = this.recorder;
    const { history } = this.parameters;
    const { events, anomalies } = this.witness.verdict();
    counts.judged += events;
    counts.anomalies += anomalies.length;
    for (const anomaly of anomalies.slice(0, TOLD)) console.error(anomaly);
    if (history === 2 || (history === 1 && anomalies.length > 0))
      for (const event of this.witness.history) console.log(writeEvent(event));
  }

  private ping(): void {
    for (const member of this.members) member.ping();
  }

  /** One line, for whoever shows how the run goes. */
  private tell(vu: number): void {
    const joined = this.members.filter(isIn).length;
    console.log(`progress ${JSON.stringify({ vu, joined, ...this.recorder.progress() })}`);
    const { windowStart, phases } = this.recorder;
    if (this.parameters.progress < 2 || windowStart === null) return;
    console.log(writeSteps({ vu, windowStart, steps: this.recorder.newestSteps(), phases }));
  }
}

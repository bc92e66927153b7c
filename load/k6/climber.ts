// The virtual user that climbs: it sends step after step, each at the rate that the outcome of those before it asks for. Steps begin on
// a beat that all virtual users know, so that each can say what it saw of which.
import { type Climb, dueIn, nextTry, phaseOf, QUIET_RATE, type Step, warmRate } from "../lib/climb.ts";
import { quantile } from "../lib/histogram.ts";
import { membersOf } from "../lib/parameters.ts";
import { fillRooms, sayLastWords } from "./sender.ts";
import type { VirtualUser } from "./virtual-user.ts";
import { pause, until } from "./wait.ts";

/** So often timers and sockets have their turn, also where messages are due without a pause. */
const TURN_MS = 50;
/** After the last message of a step, before it is judged: callbacks of what has arrived have run. */
const SETTLE_MS = 20;

export async function climb(user: VirtualUser): Promise<void> {
  const climber = new Climber(user);
  if (await fillRooms(user)) await climber.run();
  await climber.sayLast();
  await user.over();
}

class Climber {
  private readonly user: VirtualUser;
  /** Messages of each sender. */
  private readonly said: number[];
  private turns = 0;
  private sent = 0;

  constructor(user: VirtualUser) {
    this.user = user;
    this.said = Array.from({ length: user.plan.senders }, () => 0);
  }

  async run(): Promise<void> {
    const { clock, recorder, parameters } = this.user;
    const { stepS, durationS } = parameters;
    const start = clock.now();
    const tries: Step[] = [];
    recorder.begin(start);
    for (let second = 0; second + stepS <= durationS;) {
      const phase = phaseOf(second / stepS);
      const rate = this.rateOf(phase, tries);
      if (rate === null) return;
      await pause(start + second * 1_000 - clock.now());
      await this.send(rate, start + second * 1_000);
      await pause(start + (second + stepS) * 1_000 - clock.now() - SETTLE_MS);
      const failure = this.failureOf(second / stepS);
      if (phase === "climb") tries.push({ rate, failure });
      if (failure !== null && !(await this.drained())) return;
      second = Math.ceil((clock.now() - start) / 1_000 / stepS) * stepS;
    }
  }

  /** Senders' last words: every receiver can say what it lacks. */
  async sayLast(): Promise<void> {
    const { members, recorder } = this.user;
    const words = this.said.map((n, sender) => ({ n, refused: members[sender]?.refused ?? 0 }));
    for (const { n, refused } of words) {
      recorder.counts.refused += refused;
      recorder.counts.accepted += n - refused;
    }
    await sayLastWords(this.user, words, this.behind() <= 0);
  }

  private rateOf(phase: ReturnType<typeof phaseOf>, tries: readonly Step[]): number | null {
    if (phase === "warm") return warmRate(membersOf(this.user.parameters));
    if (phase === "quiet") return QUIET_RATE;
    const { rate, factor, precision, durationS } = this.user.parameters;
    return nextTry(tries, { from: rate, factor, precision, maxSteps: durationS } satisfies Climb);
  }

  /** Sends the messages of one step when they are due. */
  private async send(rate: number, from: number): Promise<void> {
    const { clock, parameters } = this.user;
    let paused = from;
    for (const due of dueIn(rate, parameters.stepS)) {
      const wait = from + due - clock.now();
      if (wait > 0 || clock.now() > paused + TURN_MS) {
        await pause(wait);
        paused = clock.now();
      }
      this.say(from + due);
    }
  }

  private say(intended: number): void {
    const { members, clock, recorder } = this.user;
    const sender = this.turns % this.said.length;
    this.turns += 1;
    const actual = clock.now();
    const n = this.said[sender] ?? 0;
    recorder.counts.offered += 1;
    const isSent = members[sender]?.say({ kind: "message", sender, n, refused: 0, intended, actual });
    if (isSent !== true) return;
    this.said[sender] = n + 1;
    this.sent += 1;
    recorder.sent(intended, actual);
  }

  /** How many messages the slowest of its members lacks. */
  private behind(): number {
    const delivered = this.user.members.map(({ receiver, refused }) => receiver.delivered + refused);
    return this.sent - Math.min(...delivered);
  }

  private drained(): Promise<boolean> {
    return until(() => this.behind() <= 0, this.user.parameters.drainS * 1_000);
  }

  private failureOf(index: number): string | null {
    const { members, recorder, parameters } = this.user;
    const step = recorder.steps.get(index);
    if (step === undefined) return "nothing was sent";
    const p99 = quantile(step.latency.histogram, 0.99);
    if (p99 > parameters.p99Ms) return `p99 ${Math.round(p99)} ms`;
    return step.delivered < step.sent * members.length ? "not all arrived in time" : null;
  }
}

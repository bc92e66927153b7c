// When each message of a run is due, and whose it is: an open model, laid down before it starts. Nobody waits for an answer,
// and who is late does not move what follows. All receivers know the plan, so they know what to expect.
import { type Arrivals, METRONOME, Places } from "./arrivals.ts";

export interface Plan {
  readonly rooms: number;
  /** Senders in each room. */
  readonly senders: number;
  /** Messages a second over all rooms: at the start, and at the end of the measured window. Between them it changes evenly. */
  readonly rate: number;
  readonly endRate: number;
  readonly warmupMs: number;
  readonly windowMs: number;
  /** How long a step of the window is, where the plan itself goes in steps. */
  readonly stepS?: number;
  /** A metronome's, unless it says otherwise. */
  readonly arrivals?: Arrivals;
}

/** `sender` counts over all rooms; `n` counts the messages of one sender from 0. */
export interface Turn {
  readonly room: number;
  readonly sender: number;
  readonly n: number;
}

const lengthOf = ({ warmupMs, windowMs }: Plan): number => warmupMs + windowMs;

/** How many messages are due until the end of the window. */
export function totalOf(plan: Plan): number {
  return Math.floor((lengthOf(plan) / 1_000) * ((plan.rate + plan.endRate) / 2) + 1e-6);
}

/** Where the messages of a plan stand. */
const placesOf = (plan: Plan): Places =>
  new Places(plan.arrivals ?? METRONOME, totalOf(plan), (plan.rate + plan.endRate) / 2);

/**
 * When message `k` (from 0) is due, in ms from the start. A metronome has message k in the middle of its share of the time, so no two
 * stand closer than one share at the highest rate, and none at the very start or end. Of other arrivals it costs k steps: Pace goes
 * through a plan for one each.
 */
export const dueOf = (plan: Plan, k: number): number => timeOf(plan, placesOf(plan).at(k));

/** When so much of a plan is over, counted in messages; in ms. */
function timeOf(plan: Plan, wanted: number): number {
  const { rate, endRate } = plan;
  const seconds = lengthOf(plan) / 1_000;
  const growth = (endRate - rate) / seconds;
  // Solves rate * t + growth * t^2 / 2 = wanted, in the form that does not divide by a growth of 0.
  return (2_000 * wanted) / (rate + Math.sqrt(rate * rate + 2 * growth * wanted));
}

/** Whose turn message `k` is: rooms take turns, and in each room its senders. */
export function turnOf({ rooms, senders }: Plan, k: number): Turn {
  const room = k % rooms;
  const round = Math.floor(k / rooms);
  return { room, sender: room * senders + (round % senders), n: Math.floor(round / senders) };
}

/** The message that a turn is; the inverse of turnOf. */
export function indexOf({ rooms, senders }: Plan, sender: number, n: number): number {
  const room = Math.floor(sender / senders);
  return (n * senders + (sender % senders)) * rooms + room;
}

/** Goes through a plan as time passes. */
export class Pace {
  private readonly plan: Plan;
  private readonly total: number;
  private readonly places: Places;
  private next = 0;

  constructor(plan: Plan) {
    this.plan = plan;
    this.total = totalOf(plan);
    this.places = placesOf(plan);
  }

  get isOver(): boolean {
    return this.next >= this.total;
  }

  /** The next message that is due `elapsed` ms after the start, or null. Call until null: who overslept catches up. */
  take(elapsed: number): { readonly turn: Turn; readonly due: number } | null {
    if (this.isOver) return null;
    const { due } = this;
    if (due > elapsed) return null;
    const turn = turnOf(this.plan, this.next);
    this.next += 1;
    return { turn, due };
  }

  /** How long until the next one is due, in ms; 0 where it is, or none is left. */
  wait(elapsed: number): number {
    return this.isOver ? 0 : Math.max(0, this.due - elapsed);
  }

  private get due(): number {
    return timeOf(this.plan, this.places.at(this.next));
  }
}

/** The senders of a room. */
export const sendersOf = ({ senders }: Plan, room: number): number[] =>
  Array.from({ length: senders }, (_, i) => room * senders + i);

/** How many messages a sender has in the plan. */
export function perSenderOf(plan: Plan, sender: number): number {
  const first = indexOf(plan, sender, 0);
  const rest = totalOf(plan) - first;
  return rest <= 0 ? 0 : Math.ceil(rest / (plan.rooms * plan.senders));
}

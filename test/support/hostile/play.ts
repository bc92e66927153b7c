// Plays hostile frames to rooms in which two honest people talk, and holds each room to the rules of SPEC.md. Returns how often each
// answer and each state was reached: what is never reached is not proven.
import { CONFIG } from "../world.ts";
import { generator, type Random } from "../random.ts";
import { DELIVERY, grantOf, RoomMachine } from "../room-machine.ts";
import type { RoomEffect } from "../../../src/room/effects.ts";
import { Corpus } from "./corpus.ts";
import { type Actor, Judge, type Listener, same } from "./judge.ts";
import { type Outcome, ReferenceRoom } from "./reference.ts";

/** The same frames on every machine. */
const SEED = 20_261_128;

/** In which state of its sender a frame came. */
export const STATES = [
  "no name said",
  "no name said, after a refused join",
  "the join waits for the budget",
  "a classic member",
  "a delivery member",
  "messages of a member wait for the budget",
  "a flood that is answered seldom",
] as const;
type State = (typeof STATES)[number];

/** What members hear of a valid frame. */
export const TOLD = "told to all";
export const TYPING = "told as typing";

export const FRAMES = 100_000;

export interface Reached {
  readonly states: Map<string, number>;
  /** Codes of answers and of closes, and what was told to others. */
  readonly answers: Map<string, number>;
}

const HOSTILE: Actor = { identity: "address", connections: ["eve", "mal"] };
const ANN: Actor = { identity: "home", connections: ["ann"] };
const BOB: Actor = { identity: "work", connections: ["bob"] };

/** One room, for some hundred frames. */
class HostileRoom {
  private readonly machine: RoomMachine;
  private readonly reference: ReferenceRoom;
  private readonly judge: Judge;
  private readonly below: Random;
  private readonly reached: Reached;
  private terms = 0;
  private words = 0;
  /** How many frames the limiter still takes to answer. */
  private untilGrant: number | null = null;

  constructor(below: Random, reached: Reached) {
    const rates = { periodMs: 1_000, burst: 5, joins: 1 + below(3) };
    this.machine = new RoomMachine({
      maxMessageLength: 2_000,
      rates: {
        message: { periodMs: rates.periodMs, burst: rates.burst },
        join: { periodMs: rates.periodMs, burst: rates.joins },
      },
      rosterMax: CONFIG.rosterMax,
    });
    this.reference = new ReferenceRoom(rates);
    this.judge = new Judge(this.machine, this.reference);
    this.below = below;
    this.reached = reached;
    for (const [connection, { identity }] of [
      ["ann", ANN],
      ["bob", BOB],
      ["eve", HOSTILE],
      ["mal", HOSTILE],
    ] as const)
      this.do(
        { identity, connections: [connection] },
        () => this.machine.accept(connection, identity),
        () => this.reference.accept(connection, identity),
      );
    this.frame("ann", ANN, JSON.stringify({ name: "ann" }));
    this.grant(ANN);
    this.frame("bob", BOB, JSON.stringify({ ...DELIVERY, name: "bob", key: "b".repeat(16) }));
    this.grant(BOB);
  }

  /** Whether anybody hostile is left. */
  get isOver(): boolean {
    return !HOSTILE.connections.some((connection) => this.reference.people.has(connection));
  }

  /** One frame of somebody hostile, some milliseconds later, and what honest people and the limiter do meanwhile. */
  step(frame: unknown, ms: number): void {
    this.machine.now += ms;
    const here = HOSTILE.connections.filter((connection) => this.reference.people.has(connection));
    const [connection = ""] = this.below(4) === 0 ? here.toReversed() : here;
    this.count(this.reached.states, this.stateOf(connection));
    const others = this.budgetsOfOthers();
    this.frame(connection, HOSTILE, frame);
    same("Budgets of others", this.budgetsOfOthers(), others);
    if (this.untilGrant !== null && --this.untilGrant < 0) this.grant(HOSTILE);
    if (this.below(150) === 0) this.yield();
    if (this.below(60) === 0) this.rest();
    // Within their burst: whoever keeps to the rate is never refused (L3).
    if (this.below(150) === 0 && this.words < 4) this.talk();
  }

  /** Everything is told that waits. */
  rest(): void {
    this.do(
      HOSTILE,
      () => this.machine.flush(),
      () => this.reference.frame("nobody", "", 0),
    );
    this.judge.rests();
  }

  private talk(): void {
    this.words += 1;
    const refused = this.frame("ann", ANN, JSON.stringify({ message: `ann ${this.words}` })).answers;
    const message = JSON.stringify({ message: `bob ${this.words}`, counter: this.words });
    same("Answers to the honest", [...refused, ...this.frame("bob", BOB, message).answers], []);
  }

  private frame(connection: string, actor: Actor, frame: unknown): Outcome {
    const outcome = this.do(
      actor,
      () => this.machine.handle({ type: "frame", connection, frame }),
      () => this.reference.frame(connection, frame, this.machine.now),
    );
    if (outcome.asks.includes(HOSTILE.identity)) this.untilGrant = this.below(120);
    return outcome;
  }

  private grant({ identity, connections }: Actor): void {
    this.do(
      { identity, connections },
      () => this.machine.grant(grantOf(`t${++this.terms}`), identity),
      () => this.reference.granted(identity, this.machine.now),
    );
    if (identity === HOSTILE.identity) this.untilGrant = null;
  }

  /** The limiter wants the budget for another room. */
  private yield(): void {
    const { isHeld, isAsking } = this.reference.budget(HOSTILE.identity);
    const term = this.machine.ledger.read(HOSTILE.identity)?.term;
    if (!isHeld || isAsking || term === undefined) return;
    this.do(
      HOSTILE,
      () => this.machine.yield(term, HOSTILE.identity),
      () => this.reference.yielded(HOSTILE.identity),
    );
  }

  /** One event, in the room and by the rules. */
  private do(actor: Actor, inRoom: () => readonly RoomEffect[], byRules: () => Outcome): Outcome {
    const before = this.reference.members.map(({ connection, joined }): Listener => ({
      connection,
      isDelivery: joined?.sender !== null,
    }));
    const outcome = byRules();
    const answers = this.judge.hold(inRoom(), outcome, actor, before);
    if (actor.identity !== HOSTILE.identity) return outcome;
    for (const { code } of answers) this.count(this.reached.answers, code);
    for (const { code } of outcome.closes) this.count(this.reached.answers, `close ${code}`);
    for (const one of outcome.heard) if ("message" in one) this.count(this.reached.answers, TOLD);
    for (const { to } of outcome.typing) if (to === "bob") this.count(this.reached.answers, TYPING);
    return outcome;
  }

  private budgetsOfOthers(): unknown {
    return [ANN, BOB].map(({ identity }) => this.machine.ledger.read(identity));
  }

  private stateOf(connection: string): State {
    const person = this.reference.people.get(connection);
    if (person === undefined) throw new Error("Nobody hostile is left.");
    const { joined, waiting, patience, refusedUntil } = person;
    const { now } = this.machine;
    if (patience.owed(now) >= 10_000) return "a flood that is answered seldom";
    if (joined === null && waiting.length > 0) return "the join waits for the budget";
    if (joined === null) return refusedUntil > now ? "no name said, after a refused join" : "no name said";
    if (waiting.length > 0) return "messages of a member wait for the budget";
    return joined.sender === null ? "a classic member" : "a delivery member";
  }

  private count(counts: Map<string, number>, what: string): void {
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
}

/** Throws where a room differs from the rules; the message has the frame. */
export function playHostile(frames: number): Reached {
  const below = generator(SEED);
  const corpus = new Corpus(below);
  const reached: Reached = { states: new Map(), answers: new Map() };
  let left = frames;
  while (left > 0) {
    const room = new HostileRoom(below, reached);
    const isMild = below(2) === 0;
    const pace = [1, 3, 60, 500][below(4)] ?? 1;
    for (let i = 50 + below(800); i > 0 && left > 0 && !room.isOver; i--, left--) {
      const frame = corpus.next(isMild);
      try {
        room.step(frame, below(pace));
      } catch (error) {
        throw new Error(`Frame ${frames - left} was ${told(frame)}.`, { cause: error });
      }
    }
    room.rest();
  }
  return reached;
}

const told = (frame: unknown): string =>
  typeof frame === "string" ? JSON.stringify(frame).slice(0, 300) : "binary";

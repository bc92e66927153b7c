// The world of the theorem, as formulas: two rooms of many (every statement is about one room, or about two), their limiter, what
// is under way between them, real time, and what the identity truly owes.
import type { Account, Grant, Left, Rate, Row } from "./operations.ts";

/** A formula, in SMT-LIB. */
export type Formula = string;

export interface World {
  readonly rate: Rate<Formula>;
  /** Real time, and the instant at which the window begins. */
  readonly now: Formula;
  readonly began: Formula;
  /** The instant at which the identity truly owes nothing any more, by what was accepted in the window. */
  readonly end: Formula;
  /** What was charged in the window: T for each accepted action. */
  readonly charged: Formula;
  /** How often a room was granted a budget that owed nothing, in the window. */
  readonly moves: Formula;
  /** What each object's clock shows, in whole milliseconds, and its phase: it shows floor(now + phase). */
  readonly clocks: { readonly limiter: Clock; readonly rooms: readonly [Clock, Clock] };
  readonly account: Account<Formula>;
  /** In memory, and on the disk. */
  readonly rows: readonly [Row<Formula, Formula>, Row<Formula, Formula>];
  readonly stored: readonly [Row<Formula, Formula>, Row<Formula, Formula>];
  /** The holder has admitted something that the limiter has not heard of. */
  readonly isUnheard: Formula;
  readonly grant: Grant<Formula> & { readonly isUnderWay: Formula; readonly room: Formula };
  readonly answer: Left<Formula, Formula> & { readonly isUnderWay: Formula; readonly term: Formula };
  /** A term that was never used. */
  readonly fresh: Formula;
}

export interface Clock {
  readonly shows: Formula;
  readonly phase: Formula;
}

type Sort = "Int" | "Real" | "Bool";

/** Constants, in the order of their declaration. */
export class Constants {
  readonly names: string[] = [];
  private readonly declared: string[] = [];

  constant(name: string, sort: Sort): Formula {
    this.names.push(name);
    this.declared.push(`(declare-const ${name} ${sort})`);
    return name;
  }

  toString(): string {
    return this.declared.join("\n");
  }
}

/** Any world: every part of it a constant. */
export function anyWorld(constants: Constants): World {
  const int = (name: string): Formula => constants.constant(name, "Int");
  const real = (name: string): Formula => constants.constant(name, "Real");
  const bool = (name: string): Formula => constants.constant(name, "Bool");
  const row = (name: string): Row<Formula, Formula> => ({
    debt: int(`${name}.debt`),
    at: int(`${name}.at`),
    isHeld: bool(`${name}.isHeld`),
    term: int(`${name}.term`),
    spent: int(`${name}.spent`),
  });
  const clock = (name: string): Clock => ({ shows: int(`${name}.clock`), phase: real(`${name}.phase`) });
  return {
    rate: { period: int("T"), slack: int("BT-T") },
    began: real("began"),
    now: real("now"),
    end: real("owes-until"),
    charged: int("charged"),
    moves: int("empty-moves"),
    clocks: { limiter: clock("limiter"), rooms: [clock("room"), clock("other")] },
    account: {
      debt: int("limiter.debt"),
      at: int("limiter.at"),
      holder: int("limiter.holder"),
      term: int("limiter.term"),
      spent: int("limiter.spent"),
    },
    rows: [row("room"), row("other")],
    stored: [row("room.disk"), row("other.disk")],
    isUnheard: bool("unheard"),
    grant: {
      isUnderWay: bool("grant.isUnderWay"),
      room: int("grant.room"),
      term: int("grant.term"),
      debt: int("grant.debt"),
      spent: int("grant.spent"),
    },
    answer: {
      isUnderWay: bool("answer.isUnderWay"),
      term: int("answer.term"),
      debt: int("answer.debt"),
      isSpent: bool("answer.isSpent"),
    },
    fresh: int("fresh"),
  };
}

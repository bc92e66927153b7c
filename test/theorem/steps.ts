// What may happen next, to the first of the two rooms: each step gives the world after it, and says when it may happen. To the
// other room the same may happen; both are any room.
import { FORMULAS } from "./algebra.ts";
import { type Break, type Left, operations, type Row } from "./operations.ts";
import type { Clock, Constants, Formula, World } from "./state.ts";

export interface Step {
  readonly name: string;
  readonly may: Formula;
  readonly after: World;
}

/** What a proof may break: an operation; or who may do what, and what is kept. */
export type Breach =
  | Break
  | "the budget is granted while another room holds it"
  | "yielding freezes nothing"
  | "the row is not written with the message"
  | "a crash drops the row"
  | "a late give-back counts"
  | "an empty move is not counted";

const OTHERS: readonly Breach[] = [
  "the budget is granted while another room holds it",
  "yielding freezes nothing",
  "the row is not written with the message",
  "a crash drops the row",
  "a late give-back counts",
  "an empty move is not counted",
];
const isBreak = (broken: Breach): broken is Break => !OTHERS.includes(broken);

const { num, and, not, eq, le, add, pick } = FORMULAS;
const YES = "true";
const NO = "false";
const NOBODY = num(-1);
const NOTHING: Row<Formula, Formula> = { debt: num(0), at: num(0), isHeld: NO, term: num(0), spent: num(0) };

/** Every step out of a world; `constants` gets what a step may choose freely. */
export function stepsOf(world: World, constants: Constants, broken: Breach): readonly Step[] {
  const steps = new Steps(world, constants, broken);
  return [
    {
      name: "a window begins",
      may: YES,
      after: { ...world, began: world.now, end: world.now, charged: num(0), moves: num(0) },
    },
    steps.time(),
    steps.take(),
    steps.granted(),
    steps.admit(),
    steps.giveUp("yield", world.account.term, eq(world.account.holder, num(0))),
    steps.giveUp("give back", world.rows[0].term, world.rows[0].isHeld),
    steps.heard(),
    steps.lateQuestion(),
    { name: "write", may: YES, after: { ...world, ...steps.keep(world.rows[0]) } },
    steps.crash(),
    steps.loss(),
    steps.drop(),
    steps.forget(),
  ];
}

class Steps {
  private readonly world: World;
  private readonly constants: Constants;
  private readonly broken: Breach;
  private readonly moves: ReturnType<typeof operations<Formula, Formula>>;

  constructor(world: World, constants: Constants, broken: Breach) {
    this.world = world;
    this.constants = constants;
    this.broken = broken;
    this.moves = operations(FORMULAS, isBreak(broken) ? broken : "none");
  }

  /** The first room's row, in memory and on the disk. */
  keep(row: Row<Formula, Formula>, onDisk = row): Pick<World, "rows" | "stored"> {
    const { rows, stored } = this.world;
    return { rows: [row, rows[1]], stored: [onDisk, stored[1]] };
  }

  time(): Step {
    const { world, constants } = this;
    const now = constants.constant("later", "Real");
    const isReading = (shows: Formula, phase: Formula): Formula =>
      and(
        `(<= (to_real ${shows}) (+ ${now} ${phase}))`,
        `(< (+ ${now} ${phase}) (+ (to_real ${shows}) 1.0))`,
      );
    const ticks: Formula[] = [];
    const later = (name: string, { shows, phase }: Clock): Clock => {
      const after = constants.constant(`${name}.clock-later`, "Int");
      ticks.push(le(shows, after), isReading(after, phase));
      return { shows: after, phase };
    };
    const { limiter, rooms } = world.clocks;
    const clocks = {
      limiter: later("limiter", limiter),
      rooms: [later("room", rooms[0]), later("other", rooms[1])],
    } as const;
    return { name: "time passes", may: and(le(world.now, now), ...ticks), after: { ...world, now, clocks } };
  }

  take(): Step {
    const { world } = this;
    const { account, clocks, fresh, rows } = world;
    const next = this.moves.take(account, num(0), fresh, clocks.limiter.shows);
    const isFree = `(or ${eq(account.holder, NOBODY)} ${eq(account.holder, num(0))})`;
    const may = this.broken === "the budget is granted while another room holds it" ? YES : isFree;
    const grant = { ...next.grant, isUnderWay: YES, room: num(0) };
    return {
      name: "take",
      may: and(may, not(rows[0].isHeld)),
      after: { ...world, account: next.account, grant, fresh: add(fresh, num(1)) },
    };
  }

  granted(): Step {
    const { world } = this;
    const { account, clocks, grant, rows, stored } = world;
    const next = this.moves.granted(rows[0], grant, clocks.rooms[0].shows);
    const counted = add(world.moves, pick(eq(next.debt, num(0)), num(1), num(0)));
    const moves = this.broken === "an empty move is not counted" ? world.moves : counted;
    return {
      name: "a grant comes",
      may: and(grant.isUnderWay, eq(grant.term, account.term), eq(grant.room, num(0))),
      after: { ...world, ...this.keep(next, stored[0]), grant: { ...grant, isUnderWay: NO }, moves },
    };
  }

  admit(): Step {
    const { world } = this;
    const { clocks, rate, rows, stored } = world;
    const now = clocks.rooms[0].shows;
    const next = this.moves.admit(rate, rows[0], now);
    const onDisk = this.broken === "the row is not written with the message" ? stored[0] : next;
    const owed = `(ite (>= ${world.end} ${world.now}) ${world.end} ${world.now})`;
    return {
      name: "admit",
      may: this.moves.isAdmitted(rate, rows[0], now),
      after: {
        ...world,
        ...this.keep(next, onDisk),
        isUnheard: YES,
        end: `(+ ${owed} (to_real ${rate.period}))`,
        charged: add(world.charged, rate.period),
      },
    };
  }

  /** The room answers a question for a term, or gives back by itself. */
  giveUp(name: string, term: Formula, may: Formula): Step {
    const { world } = this;
    const [row] = world.rows;
    const next = this.moves.giveUp(row, term, world.clocks.rooms[0].shows);
    const isFrozen = this.broken !== "yielding freezes nothing";
    const frozen = isFrozen ? next.row : { ...next.row, isHeld: row.isHeld };
    const answer: Left<Formula, Formula> & World["answer"] = { ...next.left, isUnderWay: YES, term };
    return { name, may, after: { ...this.withoutGrant(), ...this.keep(frozen), answer } };
  }

  heard(): Step {
    const { world } = this;
    const { account, answer } = world;
    const isLast = this.broken === "a late give-back counts" ? YES : eq(answer.term, account.term);
    return {
      name: "the limiter hears",
      may: and(answer.isUnderWay, isLast, not(eq(account.holder, NOBODY))),
      after: {
        ...world,
        account: this.moves.end(account, answer, world.clocks.limiter.shows),
        isUnheard: NO,
        answer: { ...answer, isUnderWay: NO },
      },
    };
  }

  /** One that was asked for an older term: the room gives up what it has since, and nobody hears. */
  lateQuestion(): Step {
    const frozen = { ...this.world.rows[0], isHeld: NO };
    return { name: "a late question", may: YES, after: { ...this.withoutGrant(), ...this.keep(frozen) } };
  }

  crash(): Step {
    const isKept = this.broken !== "a crash drops the row";
    const kept = this.keep(isKept ? this.world.stored[0] : NOTHING);
    return {
      name: "the room crashes",
      may: isKept ? YES : this.isAfterStart(),
      after: { ...this.withoutGrant(), ...kept },
    };
  }

  loss(): Step {
    const { world } = this;
    const grant = { ...world.grant, isUnderWay: NO };
    const answer = { ...world.answer, isUnderWay: NO };
    return { name: "something is lost", may: YES, after: { ...world, grant, answer } };
  }

  drop(): Step {
    const { world } = this;
    const [row] = world.rows;
    const isOver = this.moves.isClear(row, world.clocks.rooms[0].shows);
    return {
      name: "the room drops a row of which nothing is owed",
      may: and(not(row.isHeld), isOver, this.isAfterStart()),
      after: { ...world, ...this.keep(NOTHING) },
    };
  }

  forget(): Step {
    const { world } = this;
    const { account, clocks } = world;
    const isOver = this.moves.isClear(account, clocks.limiter.shows);
    return {
      name: "the limiter forgets",
      may: and(eq(account.holder, NOBODY), isOver, this.isAfterStart()),
      after: { ...world, account: { ...account, debt: num(0), at: num(0), spent: NOBODY } },
    };
  }

  /** No grant to the room is under way any more. */
  private withoutGrant(): World {
    const { grant } = this.world;
    const isUnderWay = and(grant.isUnderWay, not(eq(grant.room, num(0))));
    return { ...this.world, grant: { ...grant, isUnderWay } };
  }

  /** Nothing is owed as of the instant 0, where clocks begin. */
  private isAfterStart(): Formula {
    const { rooms, limiter } = this.world.clocks;
    return and(le(num(0), rooms[0].shows), le(num(0), limiter.shows));
  }
}

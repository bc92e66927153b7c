// What may happen next, to the first of the two rooms: each step gives the world after it, and says when it may happen. To the
// other room the same may happen; both are any room.
import { FORMULAS } from "./algebra.ts";
import { type Break, type Debt, operations, type Row } from "./operations.ts";
import type { Constants, Formula, World } from "./state.ts";

export interface Step {
  readonly name: string;
  readonly may: Formula;
  readonly then: World;
}

/** What a proof may break beside the operations: who may do what, and what is kept. */
export type Breach =
  | Break
  | "the budget is granted while another room holds it"
  | "yielding freezes nothing"
  | "the row is not written with the message"
  | "a crash drops the row"
  | "a late give-back counts"
  | "an empty move is not counted";

const { num, and, not, eq, le, add, pick } = FORMULAS;
const yes = "true";
const no = "false";
const NOBODY = num(-1);

/** Every step out of a world; `constants` gets what a step may choose freely. */
export function stepsOf(world: World, constants: Constants, broken: Breach): readonly Step[] {
  const moves = operations(FORMULAS, isBreak(broken) ? broken : "none");
  const { account, clocks, rows, stored, grant, answer, rate, fresh } = world;
  const [row, other] = rows;
  const [disk, otherDisk] = stored;
  const [clock] = clocks.rooms;
  const isCurrent = (term: Formula): Formula => eq(term, account.term);
  const keep = (mine: Row<Formula, Formula>, onDisk = mine): Pick<World, "rows" | "stored"> => ({
    rows: [mine, other],
    stored: [onDisk, otherDisk],
  });

  const time = (): Step => {
    const now = constants.constant("later", "Real");
    const shows = (name: string): Formula => constants.constant(`${name}.clock-later`, "Int");
    const { limiter, rooms } = clocks;
    const after = {
      limiter: { ...limiter, shows: shows("limiter") },
      rooms: [
        { ...rooms[0], shows: shows("room") },
        { ...rooms[1], shows: shows("other") },
      ],
    } as const;
    const pairs = [
      [limiter, after.limiter],
      [rooms[0], after.rooms[0]],
      [rooms[1], after.rooms[1]],
    ] as const;
    const ticks = pairs.map(([before, { shows: later, phase }]) =>
      and(
        le(before.shows, later),
        `(<= (to_real ${later}) (+ ${now} ${phase}))`,
        `(< (+ ${now} ${phase}) (+ (to_real ${later}) 1.0))`,
      ),
    );
    return {
      name: "time passes",
      may: and(le(world.now, now), ...ticks),
      then: { ...world, now, clocks: after },
    };
  };

  const take = (): Step => {
    const next = moves.take(account, num(0), fresh, clocks.limiter.shows);
    const isFree = `(or ${eq(account.holder, NOBODY)} ${eq(account.holder, num(0))})`;
    const may = broken === "the budget is granted while another room holds it" ? yes : isFree;
    return {
      name: "take",
      may: and(may, not(row.isHeld)),
      then: {
        ...world,
        account: next.account,
        grant: { ...next.grant, isUnderWay: yes, room: num(0) },
        fresh: add(fresh, num(1)),
      },
    };
  };

  const granted = (): Step => {
    const next = moves.granted(row, grant, clock.shows);
    const isEmpty = pick(eq(next.debt, num(0)), num(1), num(0));
    return {
      name: "a grant comes",
      may: and(grant.isUnderWay, isCurrent(grant.term), eq(grant.room, num(0))),
      then: {
        ...world,
        ...keep(next, disk),
        grant: { ...grant, isUnderWay: no },
        moves: broken === "an empty move is not counted" ? world.moves : add(world.moves, isEmpty),
      },
    };
  };

  const admit = (): Step => {
    const next = moves.admit(rate, row, clock.shows);
    return {
      name: "admit",
      may: moves.isAdmitted(rate, row, clock.shows),
      then: {
        ...world,
        ...keep(next, broken === "the row is not written with the message" ? disk : next),
        isUnheard: yes,
        end: `(+ (ite (>= ${world.end} ${world.now}) ${world.end} ${world.now}) (to_real ${rate.period}))`,
        charged: add(world.charged, rate.period),
      },
    };
  };

  const giveUp = (name: string, term: Formula, may: Formula): Step => {
    const next = moves.giveUp(row, term, clock.shows);
    const frozen = broken === "yielding freezes nothing" ? { ...next.row, isHeld: row.isHeld } : next.row;
    return {
      name,
      may,
      then: {
        ...world,
        ...keep(frozen),
        grant: { ...grant, isUnderWay: and(grant.isUnderWay, not(eq(grant.room, num(0)))) },
        answer: { ...next.left, isUnderWay: yes, term },
      },
    };
  };

  const heard = (): Step => {
    const isLast = broken === "a late give-back counts" ? yes : isCurrent(answer.term);
    return {
      name: "the limiter hears",
      may: and(answer.isUnderWay, isLast, not(eq(account.holder, NOBODY))),
      then: {
        ...world,
        account: moves.end(account, answer, clocks.limiter.shows),
        isUnheard: no,
        answer: { ...answer, isUnderWay: no },
      },
    };
  };

  const nothing: Row<Formula, Formula> = {
    debt: num(0),
    at: num(0),
    isHeld: no,
    term: num(0),
    spent: num(0),
  };
  const past = (record: Debt<Formula>): Formula =>
    and(le(num(0), clock.shows), le(num(0), clocks.limiter.shows), le(num(0), record.at));
  return [
    {
      name: "a window begins",
      may: yes,
      then: { ...world, began: world.now, end: world.now, charged: num(0), moves: num(0) },
    },
    time(),
    take(),
    granted(),
    admit(),
    giveUp("yield", account.term, eq(account.holder, num(0))),
    giveUp("give back", row.term, row.isHeld),
    heard(),
    {
      name: "a late question",
      may: yes,
      then: {
        ...world,
        ...keep({ ...row, isHeld: no }),
        grant: { ...grant, isUnderWay: and(grant.isUnderWay, not(eq(grant.room, num(0)))) },
      },
    },
    { name: "write", may: yes, then: { ...world, ...keep(row) } },
    {
      name: "the room crashes",
      may: broken === "a crash drops the row" ? past(row) : yes,
      then: {
        ...world,
        ...(broken === "a crash drops the row" ? keep(nothing) : keep(disk)),
        grant: { ...grant, isUnderWay: and(grant.isUnderWay, not(eq(grant.room, num(0)))) },
      },
    },
    {
      name: "something is lost",
      may: yes,
      then: { ...world, grant: { ...grant, isUnderWay: no }, answer: { ...answer, isUnderWay: no } },
    },
    {
      name: "the room drops a row of which nothing is owed",
      may: and(not(row.isHeld), moves.isClear(row, clock.shows), past(row)),
      then: { ...world, ...keep(nothing) },
    },
    {
      name: "the limiter forgets",
      may: and(eq(account.holder, NOBODY), moves.isClear(account, clocks.limiter.shows), past(account)),
      then: { ...world, account: { ...account, debt: num(0), at: num(0), spent: NOBODY } },
    },
  ];
}

const OTHERS: readonly Breach[] = [
  "the budget is granted while another room holds it",
  "yielding freezes nothing",
  "the row is not written with the message",
  "a crash drops the row",
  "a late give-back counts",
  "an empty move is not counted",
];
const isBreak = (broken: Breach): broken is Break => !OTHERS.includes(broken);

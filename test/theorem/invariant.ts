// What holds in every world that can be reached, and the bound that follows. docs/limits.md says the same in words.
import type { Debt, Row } from "./operations.ts";
import type { Clock, Formula, World } from "./state.ts";

const and = (...all: readonly Formula[]): Formula => `(and true ${all.join(" ")})`;
const or = (...all: readonly Formula[]): Formula => `(or false ${all.join(" ")})`;
const implies = (a: Formula, b: Formula): Formula => `(=> ${a} ${b})`;
const not = (a: Formula): Formula => `(not ${a})`;
const less = (a: Formula, b: Formula): Formula => `(< ${a} ${b})`;
const eq = (a: Formula, b: Formula): Formula => `(= ${a} ${b})`;
const real = (a: Formula): Formula => `(to_real ${a})`;
const sum = (...all: readonly Formula[]): Formula => `(+ ${all.join(" ")})`;

/** A millisecond because clocks are read in whole ones, and one for each empty move. */
const slackOf = ({ moves }: World): Formula => real(sum("1", moves));
/** The instant at which a record says that nothing is owed, in real time. */
const endOf = ({ debt, at }: Debt<Formula>, { phase }: Clock): Formula =>
  `(- ${real(sum(debt, at))} ${phase})`;

/** Nothing is truly owed but what the slack allows. */
const isPaid = (world: World): Formula => less(world.end, sum(world.now, slackOf(world)));

/** A record that says enough to pass the budget on. */
const isEnough = (world: World, record: Debt<Formula>, clock: Clock): Formula =>
  or(less(world.end, sum(endOf(record, clock), slackOf(world))), isPaid(world));

/** A record that says enough to admit by it. */
const isSafe = (world: World, record: Debt<Formula>, clock: Clock): Formula =>
  or(less(world.end, sum(endOf(record, clock), slackOf(world))), `(<= ${world.end} ${world.now})`);

/** A debt under way that is the true one, or more. */
const covers = (world: World, debt: Formula): Formula =>
  less(world.end, sum(world.now, real(debt), slackOf(world)));

const isReading = ({ now }: World, { shows, phase }: Clock): Formula =>
  and(
    `(<= 0.0 ${phase})`,
    less(phase, "1.0"),
    `(<= ${real(shows)} (+ ${now} ${phase}))`,
    `(< (+ ${now} ${phase}) (+ ${real(shows)} 1.0))`,
  );

/** L1 at this instant: less is owed than B T and the slack. */
const bound = (world: World): Formula =>
  less(world.end, sum(world.now, real(sum(world.rate.slack, world.rate.period)), slackOf(world)));

/** Numbers are what they are: clocks are read, records are of the past, debts are not negative. */
function sense(world: World): Formula {
  const { rate, clocks, account, rows, stored, fresh, grant, answer } = world;
  const record = ({ debt, at }: Debt<Formula>, { shows }: Clock): Formula =>
    and(`(<= 0 ${debt})`, `(<= ${at} ${shows})`);
  const rowOf = (row: Row<Formula, Formula>, clock: Clock): Formula =>
    and(
      record(row, clock),
      less(row.term, fresh),
      less(row.spent, fresh),
      `(<= 0 ${row.spent})`,
      `(<= 0 ${row.term})`,
    );
  return and(
    `(<= 1 ${rate.period})`,
    `(<= 0 ${rate.slack})`,
    `(<= 0 ${world.moves})`,
    `(<= 0 ${world.charged})`,
    `(<= ${world.began} ${world.now})`,
    `(<= (+ ${world.began} ${real(world.charged)}) ${world.end})`,
    isReading(world, clocks.limiter),
    ...clocks.rooms.map((clock) => isReading(world, clock)),
    record(account, clocks.limiter),
    ...[rows, stored].flatMap((both) => both.map((row, i) => rowOf(row, clocks.rooms[i === 0 ? 0 : 1]))),
    less("0", account.term),
    less(account.term, fresh),
    less(account.spent, fresh),
    less(grant.term, fresh),
    less(answer.term, fresh),
    or(eq(account.spent, "(- 1)"), less("0", account.spent)),
    or(...["(- 1)", "0", "1"].map((room) => eq(account.holder, room))),
    or(...["0", "1"].map((room) => eq(grant.room, room))),
    `(<= 0 ${grant.debt})`,
    `(<= 0 ${answer.debt})`,
  );
}

/** One room at most admits, and under the term that the limiter gave last. */
function oneHolder({ account, rows, stored, isUnheard, grant, answer }: World): Formula {
  const isCurrent = (term: Formula): Formula => eq(term, account.term);
  const isHolder = (row: Row<Formula, Formula>, room: string): Formula =>
    implies(row.isHeld, and(eq(account.holder, room), isCurrent(row.term)));
  return and(
    ...rows.map((row, i) => isHolder(row, `${i}`)),
    ...stored.map((row, i) => isHolder(row, `${i}`)),
    ...stored.map((row, i) => implies(row.isHeld, rows[i === 0 ? 0 : 1].isHeld)),
    implies(eq(account.holder, "(- 1)"), not(isUnheard)),
    implies(
      and(grant.isUnderWay, isCurrent(grant.term)),
      and(
        eq(account.holder, grant.room),
        ...[...rows, ...stored].map((row) => and(not(row.isHeld), not(isCurrent(row.spent)))),
      ),
    ),
    implies(
      and(answer.isUnderWay, isCurrent(answer.term)),
      and(
        ...[...rows, ...stored].map((row) => not(row.isHeld)),
        not(and(grant.isUnderWay, isCurrent(grant.term))),
      ),
    ),
    // Terms are never used twice: only the books of the holder end with the last one.
    ...[rows, stored].flatMap((both) =>
      both
        .map((row, i) => implies(isCurrent(row.spent), eq(account.holder, `${i}`)))
        .map((claim) => or(claim, eq(account.holder, "(- 1)"))),
    ),
    implies(eq(account.spent, account.term), eq(account.holder, "(- 1)")),
  );
}

/** Whoever may admit, or pass the budget on, knows of what is truly owed. */
function knowledge(world: World): Formula {
  const { account, rows, stored, clocks, isUnheard, grant, answer } = world;
  const isCurrent = (term: Formula): Formula => eq(term, account.term);
  const all = [rows, stored].flatMap((both) =>
    both.map((row, i) => ({ row, room: `${i}`, clock: clocks.rooms[i === 0 ? 0 : 1] })),
  );
  const isKnown = not(eq(account.spent, "(- 1)"));
  return and(
    implies(not(isUnheard), isEnough(world, account, clocks.limiter)),
    ...all.map(({ row, clock }) => implies(row.isHeld, isSafe(world, row, clock))),
    ...all.map(({ row, room, clock }) =>
      implies(
        and(isUnheard, eq(account.holder, room)),
        and(isEnough(world, row, clock), or(not(isKnown), isCurrent(row.spent), isPaid(world))),
      ),
    ),
    // Books that end with the last term have all that was admitted.
    ...all.map(({ row, clock }) => implies(isCurrent(row.spent), isEnough(world, row, clock))),
    // A room's own books are exact where they have the last action that was admitted.
    ...all.map(({ row, clock }) =>
      implies(and(not(isUnheard), isKnown, eq(row.spent, account.spent)), isEnough(world, row, clock)),
    ),
    implies(
      and(grant.isUnderWay, isCurrent(grant.term)),
      and(
        or(isUnheard, covers(world, grant.debt)),
        eq(grant.spent, account.spent),
        or(not(isUnheard), not(isKnown)),
      ),
    ),
    implies(
      and(answer.isUnderWay, isCurrent(answer.term), isUnheard),
      and(covers(world, answer.debt), or(answer.isSpent, not(isKnown), isPaid(world))),
    ),
  );
}

/** All of it, part by part. */
export const invariant = (world: World): readonly Formula[] => [
  sense(world),
  oneHolder(world),
  knowledge(world),
  bound(world),
];

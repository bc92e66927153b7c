// A simulation with a trace of all that happens, and its page. Slower than one without; the same in all that it does.
import type { Budget } from "../../src/rate-limit/budget.ts";
import { Reached } from "../support/reached.ts";
import { newest } from "../timeline/bare.ts";
import { timelinePage } from "../timeline/page.ts";
import { Trace } from "../timeline/trace.ts";
import { limiterName } from "./calls.ts";
import { judge, STATES } from "./judge.ts";
import type { RoomStore } from "./room-store.ts";
import { diskName } from "./output-gate.ts";
import { PEOPLE, type Scenario } from "./scenario.ts";
import { DESERTED, Simulation } from "./simulation.ts";

/**
 * Plays a scenario again and draws it. `replay`: how to play it, a line each. `inevitable`: the number of the step from which on
 * its failure could not be avoided, if that is known.
 */
export function simulationPage(
  scenario: Scenario,
  replay: readonly string[] = [],
  inevitable: number | null = null,
): string {
  const simulation = new Simulation(scenario);
  simulation.inevitable = inevitable;
  const trace = traceOf(simulation);
  const complaints = judge(simulation.run(), new Reached(...STATES));
  const steps = [
    "As scenario.json, for npm run simulate -- --scenario scenario.json:",
    JSON.stringify(scenario),
  ];
  // Of the days after everybody has left, only what stays for ever is judged.
  const isDeserted = complaints.some((complaint) => complaint.startsWith("[D12]"));
  const end = trace.happenings.findIndex((one) => one.type === "mark" && one.text === DESERTED);
  const happenings = isDeserted ? trace.happenings : trace.happenings.slice(0, end);
  return timelinePage([], complaints, {
    title: `A simulation of ${scenario.steps.length} steps`,
    trace: { lanes: trace.lanes, happenings, isTimed: true },
    replay: [...replay, ...steps],
  });
}

/** From now on, all that happens in this simulation is written down. */
export function traceOf(simulation: Simulation): Trace {
  const { scheduler } = simulation;
  const trace = new Trace(() => scheduler.now);
  addLanes(trace, simulation);
  const told = simulation.histories.map(() => 0);
  const observe = (): void => {
    for (const [i, history] of simulation.histories.entries()) {
      for (const event of history.slice(told[i])) trace.tell(`room ${i}`, event);
      told[i] = history.length;
    }
    note(trace, simulation);
  };
  scheduler.trace = trace;
  scheduler.observe = observe;
  return trace;
}

function addLanes(trace: Trace, { rooms, people, limiters }: Simulation): void {
  for (const [i, { name: group }] of rooms.entries()) {
    for (const [who, { name }] of people.entries())
      if (PEOPLE[who]?.room === i) trace.lane({ name, kind: "client", group });
    trace.lane({ name: group, kind: "room", group });
    trace.lane({ name: diskName(group), kind: "disk", group });
  }
  for (const identity of limiters.keys()) {
    const name = limiterName(identity);
    trace.lane({ name, kind: "limiter", group: name });
    trace.lane({ name: diskName(name), kind: "disk", group: name });
  }
}

/** What everybody holds. */
function note(trace: Trace, { rooms, people, limiters }: Simulation): void {
  for (const { name, holdings } of people)
    for (const [what, lines] of Object.entries(holdings)) trace.holds(name, what, lines);
  for (const { name, memory, disk } of rooms) {
    const asleep = ["asleep: nothing"];
    trace.holds(name, "members", memory?.members ?? asleep);
    trace.holds(name, "log", memory === null ? asleep : logOf(memory.store));
    trace.holds(name, "budgets", memory === null ? asleep : budgetsOf(memory.store));
    const stored = disk.read();
    trace.holds(diskName(name), "log", stored === null ? [] : logOf(stored));
    trace.holds(diskName(name), "budgets", stored === null ? [] : budgetsOf(stored));
  }
  for (const [identity, { account }] of limiters) {
    const name = limiterName(identity);
    const { holder = null, budget = null } = account ?? {};
    trace.holds(name, "holder", holder === null ? ["nobody"] : [`${holder.room}, ${holder.term}`]);
    trace.holds(name, "owed at least", budget === null ? [] : [tellBudget(budget)]);
  }
}

const logOf = ({ log }: RoomStore): readonly string[] =>
  newest(log.after(log.floor, Number.MAX_SAFE_INTEGER).map(({ seq, message }) => `${seq}: ${message}`));

const budgetsOf = ({ ledger }: RoomStore): readonly string[] =>
  ledger.all().map((row) => `${row.identity}: ${row.state}, ${row.term || "no term"}, ${tellBudget(row)}`);

/** As it was written down; since then time has paid some of it. */
const tellBudget = ({ debts: { message, join } }: Budget): string =>
  `owed ${message} ms of messages, ${join} ms of joins`;

// One step further from a state: a state is the path that led to it, which is played again from the start. The core's objects
// change in place and close over each other, so there is no copy to go back to; playing one again costs some 200 microseconds.
import { canon } from "./canon.ts";
import { digest, wordOf } from "./digest.ts";
import { complaintsOf } from "./properties.ts";
import type { Scope } from "./scope.ts";
import type { Step } from "./faults.ts";
import { stepAt, stepsOf } from "./steps.ts";
import { World } from "./world.ts";

/** Which step was chosen, each time. */
export type Path = readonly number[];

/** A state, and where it went on alone those that follow it. */
export type Run = readonly Successor[];

export interface Successor {
  readonly digest: number;
  /** To this explorer, which says nothing of it a second time. */
  readonly isNew: boolean;
  /** Interesting things that are so in it. */
  readonly traits: readonly string[];
  readonly complaints: readonly string[];
}

export class Explorer {
  private readonly scope: Scope;
  /** Judged before. */
  private readonly known = new Set<number>();

  constructor(scope: Scope) {
    this.scope = scope;
  }

  /**
   * Every state that one step leads to, in the order of the steps. Where `leaps`, it goes on from there as long as there is only one
   * way, which saves the playing: each is a run of states.
   */
  expand(path: Path, leaps: boolean): Run[] {
    const first = this.play(path);
    return stepsOf(first).map((step, i) => {
      const world = i === 0 ? first : this.play(path);
      const run = [this.after(world, i === 0 ? step : stepAt(world, i))];
      return leaps ? this.goOn(world, run) : run;
    });
  }

  private goOn(world: World, run: Successor[]): Run {
    // A state at rest was woken by its judges.
    while (run.at(-1)?.isNew === true && run.at(-1)?.complaints.length === 0 && !world.isQuiet) {
      const [step, other] = stepsOf(world);
      if (step === undefined || other !== undefined) break;
      run.push(this.after(world, step));
    }
    return run;
  }

  /** The start itself. */
  start(): Successor {
    return this.look(new World(this.scope));
  }

  /** A path in words, a line a step. */
  tell(path: Path): string[] {
    const world = new World(this.scope);
    return path.map((choice) => {
      const step = stepAt(world, choice);
      const text = step?.tell() ?? "nothing";
      step?.take();
      return text;
    });
  }

  play(path: Path): World {
    const world = new World(this.scope);
    for (const choice of path) stepAt(world, choice)?.take();
    return world;
  }

  private after(world: World, step: Step | undefined): Successor {
    try {
      step?.take();
    } catch (error) {
      // Of the core: it never throws (D11).
      const what = error instanceof Error ? error.message : String(error);
      return {
        digest: digest([wordOf(what)]),
        isNew: true,
        traits: [],
        complaints: [`[D11] it threw: ${what}`],
      };
    }
    return this.look(world);
  }

  private look(world: World): Successor {
    const name = digest(canon(world));
    if (this.known.has(name)) return { digest: name, isNew: false, traits: [], complaints: [] };
    this.known.add(name);
    const traits = traitsOf(world);
    return { digest: name, isNew: true, traits, complaints: complaintsOf(world) };
  }
}

function traitsOf(world: World): string[] {
  const { notes, rooms, histories, people, isQuiet } = world;
  const traits = [...notes];
  if (isQuiet) traits.push("at rest");
  if (histories.flat().some((event) => event.type === "joined" && event.resumed)) traits.push("resumed");
  const sum = (count: keyof (typeof rooms)[number]["counts"]): number =>
    rooms.reduce((total, room) => total + room.counts[count], 0);
  if (sum("fullAppends") > 0) traits.push("several messages in a flush");
  if (sum("joinsInFlush") > 0) traits.push("a join between slices");
  if (sum("closesInFlush") > 0) traits.push("a close between slices");
  if (sum("closesAsleep") > 0) traits.push("several closes asleep");
  if (sum("yields") > 0) traits.push("the budget was asked back");
  if (sum("voided") > 0) traits.push("a grant was overtaken");
  if (sum("giveUps") > 0) traits.push("the limiter was silent");
  if (rooms.some(({ sockets }) => sockets.closes.has(4008))) traits.push("a slow reader was closed");
  if (people.some(({ counts }) => counts.refusals > 0)) traits.push("refused");
  return traits;
}

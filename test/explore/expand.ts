// One step further from a state: a state is the path that led to it, which is played again from the start. The core's objects
// change in place and close over each other, so there is no copy to go back to; playing one again costs some 200 microseconds.
import { canon, digest } from "./canon.ts";
import { complaintsOf } from "./properties.ts";
import type { Scope } from "./scope.ts";
import { type Step, stepsOf } from "./steps.ts";
import { World } from "./world.ts";

/** Which step was chosen, each time. */
export type Path = readonly number[];

export interface Successor {
  readonly digest: number;
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

  /** Every state that one step leads to, in the order of the steps. */
  expand(path: Path): Successor[] {
    const first = this.play(path);
    const steps = stepsOf(first);
    return steps.map((step, i) => {
      if (i === 0) return this.after(first, step);
      const world = this.play(path);
      return this.after(world, stepsOf(world)[i]);
    });
  }

  /** The start itself. */
  start(): Successor {
    return this.look(new World(this.scope));
  }

  /** A path in words, a line a step. */
  tell(path: Path): string[] {
    const world = new World(this.scope);
    return path.map((choice) => {
      const step = stepsOf(world)[choice];
      const text = step?.tell() ?? "nothing";
      step?.take();
      return text;
    });
  }

  play(path: Path): World {
    const world = new World(this.scope);
    for (const choice of path) stepsOf(world)[choice]?.take();
    return world;
  }

  private after(world: World, step: Step | undefined): Successor {
    try {
      step?.take();
    } catch (error) {
      // Of the core: it never throws (D11).
      const what = error instanceof Error ? error.message : String(error);
      return { digest: digest(what), traits: [], complaints: [`[D11] it threw: ${what}`] };
    }
    return this.look(world);
  }

  private look(world: World): Successor {
    const name = digest(canon(world));
    if (this.known.has(name)) return { digest: name, traits: [], complaints: [] };
    this.known.add(name);
    const traits = traitsOf(world);
    return { digest: name, traits, complaints: complaintsOf(world) };
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

// How calls travel between objects: in any order, as fast-check's scheduler decides, or in the order sent.
import type { Scheduler } from "fast-check";

export interface Network {
  /** Sends one leg of a call; `arrive` runs when it is there: once, twice, or never. */
  send(label: string, arrive: () => void): void;
  /** Lets one leg arrive. False if none is under way. */
  step(): Promise<boolean>;
}

/** What becomes of a leg. */
export type Fate = "arrives" | "lost" | "doubled";

/** Any order. `fates` are those of the legs, one after the other, and again from the front. */
export function anyOrder(scheduler: Scheduler, fates: readonly Fate[] = []): Network {
  let legs = 0;
  return {
    send(label, arrive) {
      const fate = fates[legs++ % fates.length] ?? "arrives";
      const copies = { arrives: 1, lost: 0, doubled: 2 }[fate];
      for (let i = 0; i < copies; i++) void scheduler.schedule(Promise.resolve(), label).then(arrive);
    },
    async step() {
      if (scheduler.count() === 0) return false;
      await scheduler.waitOne();
      return true;
    },
  };
}

/** The order sent. Legs are lost while `isDown`. */
export class InOrder implements Network {
  isDown = false;
  private readonly legs: (() => void)[] = [];

  send(_label: string, arrive: () => void): void {
    if (!this.isDown) this.legs.push(arrive);
  }

  step(): Promise<boolean> {
    const arrive = this.legs.shift();
    arrive?.();
    return Promise.resolve(arrive !== undefined);
  }
}

/** Lets everything arrive. */
export async function settle(network: Network): Promise<void> {
  while (await network.step());
}

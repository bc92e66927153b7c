// How calls travel in simulations: in any order, as fast-check's scheduler decides, or in the order sent. Some are lost.
import type { Scheduler } from "fast-check";

export interface Network {
  /** Sends one leg of a call; `arrive` runs when it is there. False if it is lost. */
  send(label: string, arrive: () => void): boolean;
  /** Lets one leg arrive. False if none is under way. */
  step(): Promise<boolean>;
}

/** Any order. `losses` says, leg by leg and again from the front, which are lost. */
export function anyOrder(scheduler: Scheduler, losses: readonly boolean[] = []): Network {
  let legs = 0;
  return {
    send(label, arrive) {
      if (losses[legs++ % losses.length] === true) return false;
      void scheduler.schedule(Promise.resolve(), label).then(arrive);
      return true;
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

  send(_label: string, arrive: () => void): boolean {
    if (!this.isDown) this.legs.push(arrive);
    return !this.isDown;
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

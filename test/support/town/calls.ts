// Calls from object to object: a leg there and a leg back over the network, and a caller that does not wait for ever.
import { CALL_MS } from "../../../src/rate-limit/budget.ts";
import type { Network } from "./network.ts";

/** What the caller gives up after. `by` is the instance that called: with it, what it waits for is gone. */
export interface Call {
  readonly by: object;
  readonly at: number;
  readonly number: number;
  isOver: boolean;
  /** The caller stops waiting. */
  readonly giveUp: () => void;
}

export class Calls {
  readonly counts = { made: 0, givenUp: 0, late: 0, overtaken: 0 };
  private readonly open = new Set<Call>();
  private readonly network: Network;
  private newest = 0;

  constructor(network: Network) {
    this.network = network;
  }

  /** `perform` does what is asked, where it is asked, and may reply; `end` gets the answer, or null after CALL_MS. */
  make<T>(
    label: string,
    { by, at }: Pick<Call, "by" | "at">,
    perform: (reply: (answer: T) => void) => void,
    end: (answer: T | null) => void,
  ): void {
    const over = (): void => {
      call.isOver = true;
      this.open.delete(call);
    };
    const giveUp = (): void => {
      over();
      this.counts.givenUp += 1;
      end(null);
    };
    const call: Call = { by, at, number: ++this.counts.made, isOver: false, giveUp };
    this.open.add(call);
    const arrive = (answer: T): void => {
      if (call.isOver) {
        this.counts.late += 1;
        return;
      }
      over();
      if (call.number < this.newest) this.counts.overtaken += 1;
      this.newest = Math.max(this.newest, call.number);
      end(answer);
    };
    this.network.send(label, () =>
      perform((answer) => this.network.send(`${label}: answer`, () => arrive(answer))),
    );
  }

  /** The call that ends first; none if nobody waits. */
  get next(): Call | undefined {
    let next: Call | undefined;
    for (const call of this.open) if (next === undefined || call.at < next.at) next = call;
    return next;
  }

  /** The instant at which a caller stops waiting. */
  static deadline = ({ at }: Call): number => at + CALL_MS;

  /** An instance has died: nobody waits for what it asked. */
  forget(by: object): void {
    for (const call of this.open) {
      if (call.by !== by) continue;
      call.isOver = true;
      this.open.delete(call);
    }
  }
}

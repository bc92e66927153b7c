// What a sender has said and may have to say again after its connection was lost, as the page's client does: the room tells at the next
// join which of it is stored. Pure.

export interface Said {
  readonly counter: number;
  readonly message: string;
}

export class Outbox {
  private said: Said[] = [];

  /** In the order of their counters. */
  add(said: Said): void {
    this.said.push(said);
  }

  /** The room refused it: it is not said again. */
  drop(counter: number): void {
    this.said = this.said.filter((said) => said.counter !== counter);
  }

  /** What the room does not have, which stores all up to this counter: to be said again, in this order. */
  after(stored: number): readonly Said[] {
    this.said = this.said.filter(({ counter }) => counter > stored);
    return this.said;
  }

  /** All of it, which is then forgotten: where no room tells, what was once said is not said again. */
  take(): readonly Said[] {
    const { said } = this;
    this.said = [];
    return said;
  }
}

// A table that hostile traffic can not grow: each new key beyond its bound takes the place of the one that was set longest ago.

export class Recent<Value> {
  /** In the order in which they were last set. */
  private readonly values = new Map<string, Value>();
  private readonly most: number;

  /** `most`: so many keys are remembered. */
  constructor(most: number) {
    this.most = most;
  }

  get(key: string): Value | undefined {
    return this.values.get(key);
  }

  set(key: string, value: Value): void {
    this.values.delete(key);
    this.values.set(key, value);
    const [oldest] = this.values.keys();
    if (oldest !== undefined && this.values.size > this.most) this.values.delete(oldest);
  }
}

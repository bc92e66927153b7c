// Which ways through the code an input takes: V8 counts the blocks that run, and a fuzzer keeps what reaches a new one.
import { Session } from "node:inspector/promises";

/** What ran, script by script: 1 at each offset of its source that did. */
type Ran = ReadonlyMap<string, Uint8Array>;

export interface Place {
  readonly url: string;
  readonly offset: number;
}

export class Coverage {
  private readonly session = new Session();
  private readonly part: string;
  private readonly all = new Map<string, Uint8Array>();
  private found = 0;

  private constructor(part: string) {
    this.part = part;
  }

  /** Counts from now on, in scripts whose URL has this part. */
  static async begin(part: string): Promise<Coverage> {
    const coverage = new Coverage(part);
    coverage.session.connect();
    await coverage.session.post("Profiler.enable");
    await coverage.session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
    return coverage;
  }

  /** How many stretches of code were found to run, one by one. */
  get stretches(): number {
    return this.found;
  }

  /** Where what ran since the last look, and never before, begins: one place a stretch. */
  async news(): Promise<Place[]> {
    const places: Place[] = [];
    for (const [url, ran] of await this.ran()) {
      const before = this.all.get(url) ?? new Uint8Array();
      const after = new Uint8Array(Math.max(before.length, ran.length));
      after.set(before);
      ran.forEach((isRun, offset) => {
        if (isRun === 0 || after[offset] === 1) return;
        after[offset] = 1;
        const isGoingOn = offset > 0 && ran[offset - 1] === 1 && before[offset - 1] !== 1;
        if (!isGoingOn) places.push({ url, offset });
      });
      this.all.set(url, after);
    }
    this.found += places.length;
    return places;
  }

  /** Whether this place ran since the last look. */
  async isRun({ url, offset }: Place): Promise<boolean> {
    return (await this.ran()).get(url)?.[offset] === 1;
  }

  end(): void {
    this.session.disconnect();
  }

  private async ran(): Promise<Ran> {
    const scripts = new Map<string, Uint8Array>();
    const { result } = await this.session.post("Profiler.takePreciseCoverage");
    for (const { url, functions } of result.filter((script) => script.url.includes(this.part))) {
      const ranges = functions.flatMap((one) => one.ranges);
      const ran = new Uint8Array(Math.max(0, ...ranges.map(({ endOffset }) => endOffset)));
      // An inner range comes after the one around it.
      for (const { startOffset, endOffset, count } of ranges)
        ran.fill(Math.min(count, 1), startOffset, endOffset);
      scripts.set(url, ran);
    }
    return scripts;
  }
}

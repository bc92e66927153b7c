// `k6/metrics`
import type { MetricDeclaration, MetricKind } from "../messages.ts";
import { tagsOf, vu } from "../vu.ts";
import type { Series } from "../samples.ts";

const NAME = /^[a-zA-Z_][a-zA-Z0-9_]{0,127}$/;

class Metric {
  readonly name: string;
  readonly #declaration: MetricDeclaration;
  /** Of the last add: a script often adds to one series many times. */
  #tags: unknown = null;
  #series: Series | null = null;

  constructor(kind: MetricKind, name: string, isTime: boolean) {
    if (vu.iteration !== null) throw new Error("metrics must be declared in the init context");
    if (!NAME.test(name)) throw new Error(`Invalid metric name: '${name}'`);
    const declaration: MetricDeclaration = { name, kind, contains: isTime ? "time" : "default" };
    const known = vu.declared.get(name);
    if (known !== undefined && (known.kind !== kind || known.contains !== declaration.contains)) {
      throw new Error(`metric '${name}' already exists but with type ${known.kind}, instead of ${kind}`);
    }
    vu.declared.set(name, declaration);
    this.name = name;
    this.#declaration = declaration;
  }

  add(value: number | boolean, tags?: Record<string, string>): boolean {
    if (vu.iteration === null) throw new Error("metrics cannot be added to in the init context");
    const number = Number(value);
    if (Number.isNaN(number)) {
      throw new TypeError(`'${String(value)}' is an invalid value for metric '${this.name}', a number or a boolean value is expected`);
    }
    if (this.#series === null || tags !== undefined || this.#tags !== vu.info) {
      const given = Object.fromEntries(Object.entries(tags ?? {}).map(([name, tag]) => [name, String(tag)]));
      this.#series = vu.samples.of(this.#declaration, tagsOf({}, given));
      this.#tags = tags === undefined ? vu.info : null;
    }
    this.#series.add(number);
    return true;
  }
}

export class Counter extends Metric {
  constructor(name: string, isTime = false) {
    super("counter", name, isTime);
  }
}

export class Gauge extends Metric {
  constructor(name: string, isTime = false) {
    super("gauge", name, isTime);
  }
}

export class Rate extends Metric {
  constructor(name: string, isTime = false) {
    super("rate", name, isTime);
  }
}

export class Trend extends Metric {
  constructor(name: string, isTime = false) {
    super("trend", name, isTime);
  }
}

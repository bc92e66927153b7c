// `k6/metrics`
import type { MetricDeclaration, MetricKind } from "../messages.ts";
import { tagsOf, vu } from "../vu.ts";
import type { Series } from "../samples.ts";

const NAME = /^[a-zA-Z_][a-zA-Z0-9_]{0,127}$/;

class Metric {
  readonly name: string;
  readonly #declaration: MetricDeclaration;
  /** The series without tags of its own, and of which scenario and group it is: a script often adds to one many times. */
  #plain: Series | null = null;
  #plainOf: unknown = null;
  #plainGroup = "";

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

  /** [K39] What is no number is told, and not added. */
  add(value: number | boolean | null, tags?: Record<string, string>): boolean {
    if (vu.iteration === null) throw new Error("metrics cannot be added to in the init context");
    const number = value === null ? NaN : Number(value);
    if (Number.isNaN(number)) {
      const line = `WARN  '${String(value)}' is an invalid value for metric '${this.name}', a number or a boolean value is expected`;
      vu.tell({ kind: "log", line });
      return false;
    }
    (tags === undefined ? this.#plainSeries() : this.#series(tags)).add(number);
    return true;
  }

  #plainSeries(): Series {
    if (this.#plain === null || this.#plainOf !== vu.info || this.#plainGroup !== vu.group) {
      this.#plain = this.#series({});
      this.#plainOf = vu.info;
      this.#plainGroup = vu.group;
    }
    return this.#plain;
  }

  /** Tags are texts, whatever a script gives. */
  #series(tags: Readonly<Record<string, unknown>>): Series {
    const given = Object.fromEntries(Object.entries(tags).map(([name, tag]) => [name, String(tag)]));
    return vu.samples.of(this.#declaration, tagsOf({}, given));
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

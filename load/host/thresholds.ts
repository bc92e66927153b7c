// [K34] Threshold expressions, as k6 reads them, and whether they hold. Pure.
import { parseDuration } from "./duration.ts";
import type { MetricKind } from "./messages.ts";

export interface Threshold {
  readonly source: string;
  readonly aggregation: string;
  readonly operator: string;
  readonly bound: number;
  readonly abortOnFail: boolean;
  readonly delayMs: number;
}

const AGGREGATIONS: Readonly<Record<MetricKind, RegExp>> = {
  counter: /^(count|rate)$/,
  gauge: /^value$/,
  rate: /^rate$/,
  trend: /^(avg|min|med|max|p\((\d+(\.\d+)?)\))$/,
};

const OPERATORS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  "==": (value, bound) => value === bound,
  "===": (value, bound) => value === bound,
  "!=": (value, bound) => value !== bound,
};

/** A threshold of `options.thresholds`, or a sentence that says what is wrong with it. */
export function parseThreshold(given: unknown): Threshold | string {
  const fields: Readonly<Record<string, unknown>> =
    typeof given === "object" && given !== null ? { ...given } : { threshold: given };
  const { threshold, abortOnFail = false, delayAbortEval = 0, ...others } = fields;
  if (typeof threshold !== "string" || typeof abortOnFail !== "boolean" || Object.keys(others).length > 0) {
    return `no threshold: ${JSON.stringify(given)}`;
  }
  const delayMs = parseDuration(delayAbortEval);
  const [, aggregation = "", operator = "", bound = ""] =
    /^\s*([a-z]+(?:\([\d.]+\))?)\s*(>=|<=|===|==|!=|>|<)\s*(-?\d+(?:\.\d+)?)\s*$/.exec(threshold) ?? [];
  if (aggregation === "" || delayMs === null) return `failed parsing threshold expression "${threshold}"`;
  return { source: threshold, aggregation, operator, bound: Number(bound), abortOnFail, delayMs };
}

export const applies = ({ aggregation }: Threshold, kind: MetricKind): boolean =>
  AGGREGATIONS[kind].test(aggregation);

/** `valueOf` answers for an aggregation; null breaks nothing. */
export function holds(
  { aggregation, operator, bound }: Threshold,
  valueOf: (aggregation: string) => number | null,
): boolean {
  const value = valueOf(aggregation);
  return value === null || (OPERATORS[operator]?.(value, bound) ?? false);
}

/** `name{key:value,…}`, or a plain name; null where the braces are broken. */
export function parseMetricName(
  text: string,
): { readonly name: string; readonly tags: Readonly<Record<string, string>> } | null {
  const [, name = "", braces, inner = ""] = /^([^{}]+)(\{(.*)\})?$/.exec(text) ?? [];
  if (name === "") return null;
  if (braces === undefined) return { name, tags: {} };
  const pairs = inner.split(",").map((pair) => {
    const at = pair.indexOf(":");
    return [pair.slice(0, at), pair.slice(at + 1)].map((part) => part.trim().replace(/^(["'])(.*)\1$/, "$2"));
  });
  return pairs.every(([key]) => key !== "")
    ? { name, tags: Object.fromEntries(pairs) as Record<string, string> }
    : null;
}

// Arithmetic in two readings: of numbers, to be compared with the code, and of formulas, to be proven for all numbers. What is
// written over an algebra is the same text in both.

export interface Algebra<N, B> {
  readonly num: (value: number) => N;
  readonly add: (a: N, b: N) => N;
  readonly sub: (a: N, b: N) => N;
  readonly max: (a: N, b: N) => N;
  readonly eq: (a: N, b: N) => B;
  readonly le: (a: N, b: N) => B;
  readonly and: (...all: readonly B[]) => B;
  readonly not: (a: B) => B;
  /** The first where the condition holds, else the second. */
  readonly pick: (condition: B, then: N, otherwise: N) => N;
}

export const NUMBERS: Algebra<number, boolean> = {
  num: (value) => value,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  max: (a, b) => Math.max(a, b),
  eq: (a, b) => a === b,
  le: (a, b) => a <= b,
  and: (...all) => all.every(Boolean),
  not: (a) => !a,
  pick: (condition, then, otherwise) => (condition ? then : otherwise),
};

/** SMT-LIB, over integers. */
export const FORMULAS: Algebra<string, string> = {
  num: (value) => (value < 0 ? `(- ${-value})` : `${value}`),
  add: (a, b) => `(+ ${a} ${b})`,
  sub: (a, b) => `(- ${a} ${b})`,
  max: (a, b) => `(ite (>= ${a} ${b}) ${a} ${b})`,
  eq: (a, b) => `(= ${a} ${b})`,
  le: (a, b) => `(<= ${a} ${b})`,
  and: (...all) => `(and true ${all.join(" ")})`,
  not: (a) => `(not ${a})`,
  pick: (condition, then, otherwise) => `(ite ${condition} ${then} ${otherwise})`,
};

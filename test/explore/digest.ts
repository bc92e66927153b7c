// 53 bits of what a world is told in: among a million states, two are taken for one with a chance of 1 in 18,000.

/** A text, with 64 bits of it. */
export interface Word {
  readonly text: string;
  readonly a: number;
  readonly b: number;
}

/** Words and whole numbers, one after the other. */
export type Token = Word | number;

const A = 2_654_435_761;
const B = 1_597_334_677;

/** cyrb53 before its bits are put together. */
export function wordOf(text: string): Word {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, A);
    b = Math.imul(b ^ unit, B);
  }
  return { text, ...mixed(a, b) };
}

function mixed(one: number, other: number): { readonly a: number; readonly b: number } {
  const a = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909);
  const b = Math.imul(other ^ (other >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return { a, b };
}

/** The same for the same tokens, in every thread. */
export function digest(tokens: readonly Token[]): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (const token of tokens) {
    a = Math.imul(a ^ (typeof token === "number" ? token : token.a), A);
    b = Math.imul(b ^ (typeof token === "number" ? token : token.b), B);
    // So that it makes a difference what stands where.
    a = (a << 13) | (a >>> 19);
    b = (b << 17) | (b >>> 15);
  }
  const whole = mixed(a, b);
  return 4_294_967_296 * (2_097_151 & whole.b) + (whole.a >>> 0);
}

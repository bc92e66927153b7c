// What every decoder begins with: whether untrusted text is an object, and a value a count. No rule of a frame stands here.

export type Fields = Readonly<Record<string, unknown>>;

/** A frame as an object with fields, or null. Never throws, whatever the text. */
export function parseFields(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

/** A JSON object: not null, not an array. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A sequence number, a counter: a whole number from `least` that a double holds exactly. */
export function isCount(value: unknown, least = 0): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

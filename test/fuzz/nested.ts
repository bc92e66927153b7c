// A fault behind five conditions: one text in 95^5 meets them by chance, and each condition that is met is a way of its own.

/** Throws where the text begins with "fuzz!". */
export function nested(text: string): boolean {
  if (text[0] !== "f") return false;
  if (text[1] !== "u") return false;
  if (text[2] !== "z") return false;
  if (text[3] !== "z") return false;
  if (text[4] !== "!") return false;
  throw new Error("found");
}

// What counts as something to see, for the room, the page and any client: apart from names.ts, which a client does not need.

/** Marks, blanks, controls, and by number what engines know by different names: fillers, the blank of braille, tags, specials. */
const VISIBLE =
  /[^\s\p{Z}\p{M}\p{Cc}\p{Cf}\u180f\u115f\u1160\u2065\u2800\u3164\uffa0\ufff0-\ufff8\u{e0000}-\u{e0fff}]/u;

/** Whether a text has anything to see: not only blanks, marks and characters that draw nothing. */
export const isVisible = (text: string): boolean => VISIBLE.test(text);

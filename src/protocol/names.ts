// What people may be called: one policy for the room and the page. visible.ts says what counts as something to see.
// Character classes are spelled out where engines differ in what they know by name.
import { isVisible } from "./visible.ts";

/** What Unicode calls default ignorable, controls and format characters, and the blank of braille: nothing is drawn. */
const UNSEEN =
  "\\p{Cc}\\p{Cf}\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f" +
  "\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufff8\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}";

const SYMBOL = "[\\p{So}\\p{Sk}][\\ufe0f\\u{1f3fb}-\\u{1f3ff}]?";
/** Symbols that joiners make one emoji of, or a sign that is asked for in colour: inside, what is unseen has a meaning. */
const EMOJI = `${SYMBOL}(?:\\u200d${SYMBOL})+|[\\p{S}\\p{Po}\\p{Nd}]\\ufe0f`;

const EMOJI_OR_UNSEEN = new RegExp(`(${EMOJI})|[${UNSEEN}]`, "gu");

/**
 * A text without characters that draw nothing; emoji keep what holds them together. What is left may stand together as another
 * emoji, in which less has a meaning: so it is asked again until nothing changes.
 */
export function withoutUnseen(text: string): string {
  const rest = text.replace(EMOJI_OR_UNSEEN, "$1");
  return rest === text ? text : withoutUnseen(rest);
}

/**
 * A name as everybody sees it: composed, in one line, nothing in it that hides, turns or covers what stands beside it.
 * "" where nothing is to be seen. Cleaning a clean name changes nothing.
 */
export function cleanName(raw: string): string {
  const name = withoutUnseen(raw.replace(/[\s\p{Z}]/gu, " "))
    .replace(/ {2,}/g, " ")
    .trim()
    .normalize("NFC")
    .replace(/(\p{M}{2})\p{M}+/gu, "$1");
  return isVisible(name) ? name : "";
}

// Which words stand in the picture: of what is lit, of faults, and of steps while they are few. What happens to one lane at
// one moment shares a line.
import { lanesOf } from "../findings.ts";
import type { PageData } from "../page.ts";
import type { Happening } from "../trace.ts";
import { tellMark } from "../words.ts";

/** More steps than this have no words. */
const FEW_STEPS = 40;
const LONGEST = 56;
/** What a letter needs, and what stands around a label. */
const LETTER = 6.5;
const AROUND = 16;

/** The words of each happening that has some. */
export function labelsOf(
  { happenings, words }: PageData,
  isShown: (i: number) => boolean,
  isLit: (i: number) => boolean,
): ReadonlyMap<number, string> {
  const steps = happenings.filter((happening) => happening.type === "mark" && happening.kind === "step");
  const lines = new Map<string, { readonly first: number; readonly texts: string[] }>();
  for (const [i, happening] of happenings.entries()) {
    const isNamed =
      isLit(i) || isFault(happening) || (steps.length <= FEW_STEPS && steps.includes(happening));
    if (!isNamed || !isShown(i)) continue;
    const line = lineOf(happening);
    const there = lines.get(line) ?? { first: i, texts: [] };
    there.texts.push(shortOf(happening, words[i] ?? ""));
    lines.set(line, there);
  }
  return new Map([...lines.values()].map(({ first, texts }) => [first, cut(together(texts))]));
}

export const widthOf = (label: string | undefined): number =>
  label === undefined ? 0 : label.length * LETTER + AROUND;

/** The moment at which a happening's words stand. */
export const labelAt = (happening: Happening): number =>
  happening.type === "flight" ? (happening.end ?? happening.at) : happening.at;

/** What is said several times is counted. */
const together = (texts: readonly string[]): string =>
  [...new Set(texts)]
    .map((text) => {
      const times = texts.filter((one) => one === text).length;
      return times > 1 ? `${text}, ${times} times` : text;
    })
    .join("; ");

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

const isFault = (happening: Happening): boolean =>
  happening.type === "mark" && ["crash", "sleep", "clock", "refused"].includes(happening.kind);

function lineOf(happening: Happening): string {
  const lane = happening.type === "flight" ? happening.to : (lanesOf(happening)[0] ?? "");
  const kind = happening.type === "mark" && happening.kind === "step" ? "step" : happening.type;
  return JSON.stringify([labelAt(happening), lane, kind]);
}

/** Without the lane, which stands beside it. */
function shortOf(happening: Happening, words: string): string {
  if (happening.type === "mark") return tellMark(happening);
  if (happening.type === "flight") return words.slice(words.indexOf(": ") + 2);
  return words.slice((lanesOf(happening)[0] ?? "").length + 1);
}

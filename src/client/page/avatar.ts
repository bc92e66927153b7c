// A mark for an author: colour and letter. The colour comes from the author, so a copied name is seen as another person.
import { el } from "./dom.ts";

const HUES = 12;

/** Which of the twelve colour classes of style.css stands for an author ("" for a classic client: grey). */
function hueOf(author: string): string {
  if (author === "") return "hue-none";
  let hash = 0;
  for (const char of author) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return `hue-${hash % HUES}`;
}

export function avatar(name: string, author: string): HTMLElement {
  const [first] = new Intl.Segmenter().segment(name);
  const mark = el("span", `avatar ${hueOf(author)}`, first?.segment.toUpperCase() ?? "?");
  mark.setAttribute("aria-hidden", "true");
  return mark;
}

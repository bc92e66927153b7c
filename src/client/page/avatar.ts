// A mark for an author: hue, shape and letter. Hue and shape come from the author, so a copied name is seen as another person.
import { el } from "./dom.ts";

/** Far enough apart to be told from each other, each in two tones; style.css makes both readable in both themes. */
const HUES = 15;
const TONES = 2;
/** The second channel, for who does not see the first: the corners of the mark. */
const SHAPES = 4;

function hashOf(author: string): number {
  let hash = 0;
  for (const char of author) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return hash;
}

/** Gives an element the author's hue, as the custom property that style.css reads; "" is a classic client: grey. */
export function paint<T extends HTMLElement>(element: T, author: string): T {
  if (author === "") return element;
  const hash = hashOf(author);
  element.classList.add("hue", `tone-${Math.floor(hash / HUES) % TONES}`);
  element.style.setProperty("--hue", `${(hash % HUES) * (360 / HUES)}`);
  return element;
}

export function avatar(name: string, author: string): HTMLElement {
  const [first] = new Intl.Segmenter().segment(name);
  const shape = author === "" ? 0 : Math.floor(hashOf(author) / (HUES * TONES)) % SHAPES;
  const mark = el("span", `avatar shape-${shape}`, first?.segment.toUpperCase() ?? "?");
  mark.setAttribute("aria-hidden", "true");
  return paint(mark, author);
}

// Under each broken law, what it is about: links to moments, and which of them is looked at.
import type { PageData } from "../page.ts";
import { button, element } from "./elements.ts";

/** A line of a story. */
interface Line {
  readonly at: number;
  readonly words: string;
  times: number;
}

export interface StoriesPorts {
  readonly data: PageData;
  readonly began: number;
  /** An instant in words. */
  readonly told: (at: number) => string;
  /** Somebody wants to look at a finding. */
  readonly light: (finding: number) => void;
}

export function tellStories({ data, began, told, light }: StoriesPorts): void {
  for (const [f, story] of data.stories.entries()) {
    const item = document.querySelector(`[data-finding="${f}"]`);
    const list = element("ol", { class: "story" });
    for (const { at, words, times } of linesOf(data, story)) {
      const text = times > 1 ? `${words}, ${times} times` : words;
      const link = element("a", { href: `#t=${at - began}` }, text);
      link.addEventListener("click", () => light(f));
      const row = element("li", {});
      row.append(element("span", { class: "when" }, told(at)), link);
      list.append(row);
    }
    const look = button("Show", "Show this in the picture", () => light(f));
    if (data.stories.length > 1) item?.querySelector("p")?.append(look);
    item?.append(list);
  }
}

/** The same thing several times at one moment is one line. */
function linesOf({ happenings, words }: PageData, story: readonly number[]): readonly Line[] {
  const lines: Line[] = [];
  for (const i of story) {
    const { at = 0 } = happenings[i] ?? {};
    const text = words[i] ?? "";
    const same = lines.find((line) => line.at === at && line.words === text);
    if (same === undefined) lines.push({ at, words: text, times: 1 });
    else same.times += 1;
  }
  return lines;
}

/** Shows which finding is looked at. */
export function markFinding(finding: number): void {
  for (const item of document.querySelectorAll<HTMLElement>("[data-finding]")) {
    const isLit = item.dataset.finding === `${finding}`;
    item.classList.toggle("looked-at", isLit);
    item.setAttribute("aria-current", `${isLit}`);
    // Its end is where the law broke.
    item.querySelector(".story")?.scrollTo(0, 1e6);
  }
}

// What everybody holds at a moment, and what of a run is routine.
import type { PageData } from "../page.ts";
import type { Happening, Lane } from "../trace.ts";
import { element } from "./elements.ts";

/** Shown only when asked for: pings and their answers. */
export const isQuiet = (happening: Happening): boolean =>
  (happening.type === "flight" && /^p[io]ng$/.test(happening.text) && !happening.isLost) ||
  (happening.type === "mark" && happening.kind === "wake");

/** A card for each lane that holds something. */
export function holdingsAt({ happenings }: PageData, lanes: readonly Lane[], at: number): HTMLElement[] {
  const held = new Map<string, Map<string, { lines: readonly string[]; isNew: boolean }>>();
  for (const happening of happenings) {
    if (happening.at > at) break;
    if (happening.type !== "holding") continue;
    const names = held.get(happening.lane) ?? new Map<string, { lines: readonly string[]; isNew: boolean }>();
    names.set(happening.name, { lines: happening.lines, isNew: happening.at === at });
    held.set(happening.lane, names);
  }
  return lanes.flatMap(({ name, kind }) => {
    const names = held.get(name);
    if (names === undefined) return [];
    const card = element("article", { class: kind });
    card.append(element("h3", {}, name));
    for (const [what, { lines, isNew }] of names) {
      const part = element("div", { class: isNew ? "part new" : "part" });
      const list = element("ul", {});
      for (const line of lines) list.append(element("li", {}, line));
      part.append(element("h4", {}, what), lines.length === 0 ? element("p", {}, "nothing") : list);
      card.append(part);
    }
    return [card];
  });
}

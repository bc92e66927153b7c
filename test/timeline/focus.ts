// Of a long history, what is near to what broke: a page of everything would be too large to be drawn.
import type { Happening } from "./trace.ts";

/** More than this is not drawn whole. */
const MOST = 4_000;
/** Of each thing in a story, so many before and after it are drawn as well. */
const AROUND = 40;

export interface Focus {
  readonly happenings: readonly Happening[];
  readonly stories: readonly (readonly number[])[];
  /** How many were left out. */
  readonly left: number;
}

/** `stories` are places in the list; they are given back as places in the shorter one. */
export function focus(happenings: readonly Happening[], stories: readonly (readonly number[])[]): Focus {
  if (happenings.length <= MOST) return { happenings, stories, left: 0 };
  const places = new Set<number>();
  for (const story of stories)
    for (const middle of story) {
      if (places.size >= MOST && !places.has(middle)) break;
      const end = Math.min(happenings.length - 1, middle + AROUND);
      for (let i = Math.max(0, middle - AROUND); i <= end; i++) places.add(i);
    }
  const kept = [...places].toSorted((a, b) => a - b);
  const shorter = new Map(kept.map((place, i) => [place, i]));
  return {
    happenings: kept.flatMap((place) => happenings[place] ?? []),
    stories: stories.map((story) => story.flatMap((place) => shorter.get(place) ?? [])),
    left: happenings.length - kept.length,
  };
}

// What this browser keeps for the page. Where it keeps nothing, because it may not or is full, the visit goes on from memory.

import type { TextStorage } from "../extras/storage.ts";

type Area = "localStorage" | "sessionStorage";

class Store implements TextStorage {
  /** Whether all that was to be kept is kept. */
  isKept = true;
  /** Called when something could not be kept. */
  onLoss = (): void => {};
  private readonly area: Storage | null;
  private readonly memory = new Map<string, string>();

  constructor(area: Area) {
    this.area = areaOf(area);
    this.isKept = this.area !== null;
  }

  getItem(key: string): string | null {
    return this.memory.get(key) ?? this.attempt((area) => area.getItem(key)) ?? null;
  }

  setItem(key: string, value: string): void {
    this.memory.delete(key);
    if (this.attempt((area) => (area.setItem(key, value), true)) === true) return;
    this.memory.set(key, value);
    this.isKept = false;
    this.onLoss();
  }

  removeItem(key: string): void {
    this.memory.delete(key);
    this.attempt((area) => area.removeItem(key));
  }

  keys(): string[] {
    const kept = this.attempt((area) => Array.from({ length: area.length }, (_, i) => area.key(i) ?? ""));
    return [...new Set([...this.memory.keys(), ...(kept ?? [])])];
  }

  /** What was kept as JSON, or null where it is none. */
  json(key: string): unknown {
    try {
      return JSON.parse(this.getItem(key) ?? "null");
    } catch {
      return null;
    }
  }

  private attempt<T>(action: (area: Storage) => T): T | undefined {
    try {
      return this.area === null ? undefined : action(this.area);
    } catch {
      return undefined;
    }
  }
}

/** A browser that refuses all data of a site throws already here, or has null. */
function areaOf(area: Area): Storage | null {
  try {
    return window[area];
  } catch {
    return null;
  }
}

/** What is kept beyond the tab. */
export const lasting = new Store("localStorage");
/** What is kept for as long as the tab is open. */
export const ofTab = new Store("sessionStorage");

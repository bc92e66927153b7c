// What of the messages that just came is news to whoever is here, and whether it is worth a sound. Pure.
import type { ChatMessage } from "../../protocol/messages.ts";
import { parsedOf } from "./rows.ts";

export interface Listener {
  readonly name: string;
  readonly author: string;
  readonly muted: ReadonlyMap<string, unknown>;
}

export interface News {
  readonly newest: ChatMessage;
  /** Whether any of it calls them by their name. */
  readonly isCall: boolean;
}

/** Nobody's own words are news to them, nor are those of somebody whom they do not want to hear. */
export function newsOf(messages: readonly ChatMessage[], { name, author, muted }: Listener): News | null {
  const news = messages.filter((one) => (author === "" || one.author !== author) && !muted.has(one.author));
  const newest = news.at(-1);
  if (newest === undefined) return null;
  const isCall = news.some((one) => parsedOf(one, name).parts.some(({ kind }) => kind === "mention"));
  return { newest, isCall };
}

/** Who looks sees what is said; only their name is worth a sound then. */
export const isHeard = ({ isCall }: News, isLooking: boolean): boolean => isCall || !isLooking;

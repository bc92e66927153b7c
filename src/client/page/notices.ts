// Who came and who left, folded: of each person only the last, and all that stand at one place in one row. Pure.
import type { Member } from "../../protocol/messages.ts";

export type Notice =
  | {
      readonly kind: "arrived" | "left";
      readonly person: string;
      readonly name: string;
      /** The seq of the message that it stands below. */
      readonly after: number;
    }
  | { readonly kind: "text"; readonly text: string; readonly after: number };

export function withPresence(
  notices: readonly Notice[],
  kind: "arrived" | "left",
  members: readonly Member[],
  after: number,
): Notice[] {
  const news = members.map((member) => ({
    kind,
    person: member.author || member.connection,
    name: member.name,
    after,
  }));
  const people = new Set(news.map(({ person }) => person));
  return [...notices.filter((notice) => notice.kind === "text" || !people.has(notice.person)), ...news];
}

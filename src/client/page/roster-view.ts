// Who is here, as a list of people: somebody with three tabs is listed once.
import type { Member } from "../../protocol/messages.ts";
import { peopleOf } from "../roster.ts";
import { avatar, paint } from "./avatar.ts";
import { byId, el, nameOf } from "./dom.ts";
import { tagOf } from "./rows.ts";

export interface RosterLook {
  /** One's own author. */
  readonly author: string;
  readonly muted: ReadonlyMap<string, string>;
  readonly isShared: (name: string) => boolean;
}

export function showRoster(members: readonly Member[] | null, connections: number, look: RosterLook): void {
  const people = members === null ? [] : [...peopleOf(members).values()];
  const number = members === null ? connections : people.length;
  byId("count", HTMLElement).textContent = `${number}`;
  byId("count-what", HTMLElement).textContent = number === 1 ? " person" : " people";
  byId("members", HTMLUListElement).replaceChildren(
    ...(members === null
      ? [el("li", "hint", `${number.toLocaleString()} people: too many to list`)]
      : people.map((member) => drawMember(member, look))),
  );
}

function drawMember({ name, author }: Member, { author: own, muted, isShared }: RosterLook): HTMLElement {
  const row = el("li", "", avatar(name, author), paint(nameOf(name), author));
  if (isShared(name)) row.append(el("span", "tag", tagOf(author)));
  if (author !== "" && author === own) row.append(el("span", "tag", "you"));
  if (muted.has(author)) row.append(el("span", "tag", "muted"));
  return row;
}

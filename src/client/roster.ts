// Who is here, as the welcome and the presence frames tell it. Knows names only while the room is small enough.
import type { Member, Presence } from "../protocol/messages.ts";

/** One member for each person: an author, with however many tabs; a classic client counts by its connection. */
export const peopleOf = (members: Iterable<Member>): ReadonlyMap<string, Member> =>
  new Map([...members].map((member) => [member.author || member.connection, member]));

export class Roster {
  count = 0;
  /** null where the room sends counts only. */
  members: readonly Member[] | null = null;

  /**
   * Takes in a change; returns who came and who went, as far as their names are known. People, not connections: a
   * second tab, or a new connection in place of an old one, is nobody new.
   */
  apply({ count, roster, joined, left = [] }: Presence): {
    readonly arrived: readonly Member[];
    readonly gone: readonly Member[];
  } {
    const { members } = this;
    this.count = count;
    // Where there is no change to what is known, and no whole roster, the room has grown too large to name its members.
    this.members = roster ?? null;
    if (joined === undefined || members === null) return { arrived: [], gone: [] };
    const known = new Map([...members, ...joined].map((member) => [member.connection, member]));
    for (const connection of left) known.delete(connection);
    this.members = [...known.values()];
    return { arrived: strangers(this.members, members), gone: strangers(members, this.members) };
  }
}

/** The people among these members who are not among the others. */
function strangers(members: readonly Member[], others: readonly Member[]): readonly Member[] {
  const known = peopleOf(others);
  return [...peopleOf(members)].flatMap(([person, member]) => (known.has(person) ? [] : [member]));
}

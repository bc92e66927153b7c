// Who is here, as the welcome and the presence frames tell it. Knows names only while the room is small enough.
import type { Member, Presence } from "../protocol/messages.ts";

const byConnection = (members: readonly Member[]): Map<string, Member> =>
  new Map(members.map((member) => [member.connection, member]));

/** One member for each person: an author, with however many tabs; a classic client counts by its connection. */
export const peopleOf = (members: Iterable<Member>): ReadonlyMap<string, Member> =>
  new Map([...members].map((member) => [member.author || member.connection, member]));

export class Roster {
  count = 0;
  #known: Map<string, Member> | null = null;

  /** null where the room sends counts only. */
  get members(): readonly Member[] | null {
    return this.#known === null ? null : [...this.#known.values()];
  }

  /** A new connection begins with what the welcome says. */
  welcome(count: number, members: readonly Member[] | undefined): void {
    this.count = count;
    this.#known = members === undefined ? null : byConnection(members);
  }

  /**
   * Takes in a change; returns who came and who went, as far as their names are known. People, not connections: a
   * second tab, or a new connection in place of an old one, is nobody new.
   */
  apply({ count, roster, joined, left = [] }: Presence): {
    readonly arrived: readonly Member[];
    readonly gone: readonly Member[];
  } {
    this.count = count;
    // Neither a whole roster nor a change: the room has grown too large to name its members.
    if (joined === undefined) this.#known = roster === undefined ? null : byConnection(roster);
    const known = this.#known;
    if (known === null) return { arrived: [], gone: [] };
    const before = peopleOf(known.values());
    const leavers = left.flatMap((connection) => known.get(connection) ?? []);
    for (const member of joined ?? []) known.set(member.connection, member);
    for (const connection of left) known.delete(connection);
    const after = peopleOf(known.values());
    return {
      arrived: [...after].flatMap(([person, member]) => (before.has(person) ? [] : [member])),
      gone: [...peopleOf(leavers)].flatMap(([person, member]) => (after.has(person) ? [] : [member])),
    };
  }
}

// Who types, of those that the room tells of: until they have said it, have left, or nothing more was heard of it. Pure.
import type { ChatMessage, Member } from "../../protocol/messages.ts";

/** For so long after the last word of it somebody is shown as typing. */
const SHOWN_MS = 5_000;
/** Who is read out is not read out again so soon, however often they stop and begin. */
const READ_EVERY_MS = 60_000;

export interface Typist {
  readonly person: string;
  readonly name: string;
  readonly until: number;
}

const personOf = ({ author, connection }: Member): string => author || connection;

/** A word that somebody types came at the instant `now`. Who types already keeps their place. */
export function heard(typists: readonly Typist[], member: Member, now: number): Typist[] {
  const typist = { person: personOf(member), name: member.name, until: now + SHOWN_MS };
  const isKnown = typists.some(({ person }) => person === typist.person);
  return isKnown ? typists.map((one) => (one.person === typist.person ? typist : one)) : [...typists, typist];
}

/** What they typed is here, or they are not. */
export const said = (typists: readonly Typist[], messages: readonly ChatMessage[]): Typist[] =>
  typists.filter(({ person }) => messages.every(({ author }) => author !== person));
export const gone = (typists: readonly Typist[], members: readonly Member[]): Typist[] =>
  typists.filter(({ person }) => members.every((member) => personOf(member) !== person));

/** Who is shown at the instant `now`, and when that will be otherwise by itself; Infinity: never. */
export function shown(
  typists: readonly Typist[],
  muted: ReadonlyMap<string, unknown>,
  now: number,
): { readonly typists: readonly Typist[]; readonly until: number } {
  const those = typists.filter(({ person, until }) => until > now && !muted.has(person));
  return { typists: those, until: Math.min(...those.map(({ until }) => until)) };
}

/** When each was last read out, and whether there is somebody whom to read out now. */
export function readOut(
  read: ReadonlyMap<string, number>,
  typists: readonly Typist[],
  now: number,
): { readonly isNew: boolean; readonly read: ReadonlyMap<string, number> } {
  const recent = [...read].filter(([, at]) => at + READ_EVERY_MS > now);
  const known = new Set(recent.map(([person]) => person));
  const isNew = typists.some(({ person }) => !known.has(person));
  return {
    isNew,
    read: new Map(isNew ? [...recent, ...typists.map(({ person }) => [person, now] as const)] : recent),
  };
}

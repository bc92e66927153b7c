// What scopes that begin late are made of, so that ways to what is wrong are short.
import { AMPLE, type Scope, type ScopePerson, SOON } from "../scope.ts";

export const HERE: ScopePerson = { room: 0, address: "A", protocol: "delivery", isHere: true, says: 0 };
export const COMMON = {
  rooms: 1,
  faults: {},
  notices: [],
  rate: AMPLE,
  rosterMax: 4,
  slowReaderBytes: 10_000,
  rings: SOON,
} satisfies Partial<Scope>;
export const says = (who: number): string => `p${who} says something`;
/** It is said, and has come to the room. */
export const said = (who: number): string[] => [says(who), `p${who}#1>room {"message"`];

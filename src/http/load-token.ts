// What a load token grants, and whom a request that carries one is counted under. It chooses a key of the limiter; it is no way
// past it. The signature is checked in load-signature.ts, before anything that a token says is believed.
import { LOAD_USER_HEADER } from "../protocol/load.ts";
import type { RoomAddress } from "../protocol/room-name.ts";

/** Virtual users of one token. Each has the budget of one address, so this is the token's rate budget. */
export const MAX_LOAD_USERS = 100_000;
/** How far ahead a token may expire: one that leaks is of use for no longer. */
export const MAX_LOAD_HOURS = 168;
/** Units of a prefix: a room's name has to go on behind it. */
export const MAX_LOAD_PREFIX_LENGTH = 24;
/** Units of a secret. Who holds a token can try secrets at home, so a short one is as good as none. */
export const MIN_LOAD_SECRET_LENGTH = 32;

export interface LoadGrant {
  /** Seconds since 1970; at it, the token is of no use any more. */
  readonly expires: number;
  /** Their numbers are from 0 to one below this. */
  readonly users: number;
  /** 16 hex digits, new with each token, so that two tests do not share budgets. */
  readonly id: string;
  /** What the names of its rooms begin with. It ends in "-": `load-` is not the beginning of `loading-bay`. */
  readonly prefix: string;
}

export interface LoadToken {
  readonly grant: LoadGrant;
  /** What is signed. */
  readonly payload: string;
  /** Base64url of 32 bytes. */
  readonly signature: string;
}

/** The key of whom the limiter counts, or why nobody: one sentence for the tester. */
export type Counted = { readonly key: string } | { readonly refused: string };

/** The sentences that depend on nothing signed. Badly written and badly signed is one: neither tells anything of the other. */
export const LOAD_REFUSED = {
  off: `Load tokens are off here; the operator can set LOAD_TOKEN_SECRET, of ${MIN_LOAD_SECRET_LENGTH} characters or more.`,
  foreign: "This is no load token of this deployment; make one with its secret: npm run load:token.",
} as const;

const PREFIX = /^[a-z0-9]+(-[a-z0-9]+)*-$/;
/** Each token has one spelling: no leading zeros, no padding, and a last digit of the signature without spare bits. */
const TOKEN =
  /^(1\.([1-9]\d{0,9})\.([1-9]\d{0,5})\.([0-9a-f]{16})\.([a-z0-9-]+))\.([\w-]{42}[AEIMQUYcgkosw048])$/;
const NUMBER = /^(0|[1-9]\d{0,5})$/;

/** Whether rooms can be granted by this prefix: words of a to z and digits, each followed by "-"; 2 to 24 units. */
export function isLoadPrefix(prefix: string): boolean {
  return prefix.length <= MAX_LOAD_PREFIX_LENGTH && PREFIX.test(prefix);
}

/** What is signed of a grant, and stands before the signature. */
export function payloadOf({ expires, users, id, prefix }: LoadGrant): string {
  return `1.${expires}.${users}.${id}.${prefix}`;
}

/** Reads a token as the network brought it. Null for what `payloadOf` and a signature never make. */
export function parseLoadToken(text: string): LoadToken | null {
  const [, payload, expires, users, id, prefix, signature] = TOKEN.exec(text) ?? [];
  if (payload === undefined || id === undefined || prefix === undefined || signature === undefined)
    return null;
  const grant = { expires: Number(expires), users: Number(users), id, prefix };
  return grant.users <= MAX_LOAD_USERS && isLoadPrefix(prefix) ? { grant, payload, signature } : null;
}

/** The virtual user that a signed grant and the header's number make, in this room, at this time (ms since 1970). */
export function virtualUser(
  { expires, users, id, prefix }: LoadGrant,
  user: string | null,
  room: RoomAddress,
  now: number,
): Counted {
  const left = expires * 1_000 - now;
  if (left <= 0) return { refused: "This load token has expired; make a new one: npm run load:token." };
  if (left > MAX_LOAD_HOURS * 3_600_000) {
    return { refused: `This load token is good for over ${MAX_LOAD_HOURS} hours; make a shorter one.` };
  }
  if (room.kind === "private" || !room.name.startsWith(prefix)) {
    return { refused: `This load token is for public rooms whose names begin with ${prefix} only.` };
  }
  if (user === null || !NUMBER.test(user) || Number(user) >= users) {
    return { refused: `Say in ${LOAD_USER_HEADER} which user this is: a number from 0 to ${users - 1}.` };
  }
  // No address's key begins like this (L7, L8).
  return { key: `load:${id}:${user}` };
}

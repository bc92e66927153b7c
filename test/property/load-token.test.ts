import fc from "fast-check";
import { expect, test } from "vitest";
import { isSignedLoad, signLoad } from "../../src/http/load-signature.ts";
import {
  isLoadPrefix,
  type LoadGrant,
  MAX_LOAD_USERS,
  parseLoadToken,
  payloadOf,
  virtualUser,
} from "../../src/http/load-token.ts";
import { identityOf } from "../../src/rate-limit/identity.ts";
import { prove } from "../support/prove.ts";

// HMAC takes a short key and the same with NULs behind for one: no secret has any.
const secrets = fc.string({ unit: "grapheme-ascii", minLength: 32, maxLength: 64 });
const grants: fc.Arbitrary<LoadGrant> = fc.record({
  expires: fc.integer({ min: 1, max: 9_999_999_999 }),
  users: fc.integer({ min: 1, max: MAX_LOAD_USERS }),
  id: fc.stringMatching(/^[0-9a-f]{16}$/),
  prefix: fc.stringMatching(/^([a-z0-9]{1,6}-){1,3}$/).filter(isLoadPrefix),
});

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

async function tokenOf(secret: string, grant: LoadGrant): Promise<string> {
  const payload = payloadOf(grant);
  return `${payload}.${await signLoad(secret, payload)}`;
}

async function isAccepted(secret: string, text: string): Promise<boolean> {
  const token = parseLoadToken(text);
  return token !== null && isSignedLoad(secret, token.payload, token.signature);
}

test("[C21] what is granted is read back, and holds under its own secret alone", () =>
  prove("[C21]", {
    runs: 100,
    states: ["accepted", "another secret"],
    arbitrary: fc.record({ secret: secrets, other: secrets, grant: grants }),
    holds: async ({ secret, other, grant }, reached) => {
      const token = await tokenOf(secret, grant);
      expect(parseLoadToken(token)?.grant).toEqual(grant);
      expect(await isAccepted(secret, token)).toBe(true);
      reached.add("accepted");
      if (secret === other) return;
      expect(await isAccepted(other, token)).toBe(false);
      reached.add("another secret");
    },
  }));

/** At a place of a text: another character there, one more, one less, or two that changed places. */
interface Edit {
  readonly kind: "replace" | "insert" | "delete" | "swap";
  readonly place: number;
  readonly char: string;
}
const edits: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom("replace", "insert", "delete", "swap"),
  place: fc.nat(200),
  char: fc.oneof(
    fc.constantFrom(...DIGITS.split(""), ..."=+/. \n".split("")),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
});

function edit(text: string, { kind, place, char }: Edit): string {
  const at = place % text.length;
  const [here, next] = [text.charAt(at), text.charAt(at + 1)];
  const middle = { replace: char + next, insert: char + here + next, delete: next, swap: next + here }[kind];
  return text.slice(0, at) + middle + text.slice(at + 2);
}

test("[C21] a token with any edit is refused: by its shape, or by its signature", () =>
  prove("[C21]", {
    runs: 1_000,
    states: ["by shape", "by signature", "another grant"],
    arbitrary: fc.record({ secret: secrets, grant: grants, change: edits }),
    holds: async ({ secret, grant, change }, reached) => {
      const token = await tokenOf(secret, grant);
      const edited = edit(token, change);
      if (edited === token) return;
      expect(await isAccepted(secret, edited)).toBe(false);
      const read = parseLoadToken(edited);
      reached.add(read === null ? "by shape" : "by signature");
      if (read !== null && payloadOf(read.grant) !== payloadOf(grant)) reached.add("another grant");
    },
  }));

test("[C21] of all spellings of the signature's last digit, one is accepted", () =>
  prove("[C21]", {
    runs: 20,
    states: ["refused for spare bits"],
    arbitrary: fc.record({ secret: secrets, grant: grants }),
    holds: async ({ secret, grant }, reached) => {
      const token = await tokenOf(secret, grant);
      const spellings = DIGITS.split("").map((digit) => token.slice(0, -1) + digit);
      const accepted = await Promise.all(spellings.map((spelling) => isAccepted(secret, spelling)));
      expect(spellings.filter((_, i) => accepted[i])).toEqual([token]);
      reached.add("refused for spare bits", spellings.filter((text) => parseLoadToken(text) === null).length);
    },
  }));

const ids = fc.constantFrom("0123456789abcdef", "0123456789abcdee", "1123456789abcdef");
const users = fc.record({
  id: ids,
  user: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: MAX_LOAD_USERS - 1 })),
});

function keyOf({ id, user }: { readonly id: string; readonly user: number }): string {
  const grant = { expires: 3_600, users: MAX_LOAD_USERS, id, prefix: "a-" };
  const counted = virtualUser(grant, `${user}`, { kind: "public", name: "a-1" }, 0);
  if ("refused" in counted) throw new Error(counted.refused);
  return counted.key;
}

test("[C20] [L8] users of tokens and addresses never share a key", () =>
  prove("[C20] [L8]", {
    runs: 300,
    states: ["users apart", "tokens apart", "addresses"],
    arbitrary: fc.record({
      one: users,
      other: users,
      address: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string(), fc.constant("load:0123456789abcdef:0")),
    }),
    holds: ({ one, other, address }, reached) => {
      const isSame = one.id === other.id && one.user === other.user;
      expect(keyOf(one) === keyOf(other)).toBe(isSame);
      expect(keyOf(one)).not.toBe(identityOf(address));
      if (one.id === other.id && !isSame) reached.add("users apart");
      if (one.id !== other.id && one.user === other.user) reached.add("tokens apart");
      reached.add("addresses");
    },
  }));

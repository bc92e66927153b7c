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
import { Reached } from "../support/reached.ts";

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

test("[C21] what is granted is read back, and holds under its own secret alone", async () => {
  const reached = new Reached("accepted", "another secret");
  await fc.assert(
    fc.asyncProperty(secrets, secrets, grants, async (secret, other, grant) => {
      const token = await tokenOf(secret, grant);
      expect(parseLoadToken(token)?.grant).toEqual(grant);
      expect(await isAccepted(secret, token)).toBe(true);
      reached.add("accepted");
      if (secret === other) return;
      expect(await isAccepted(other, token)).toBe(false);
      reached.add("another secret");
    }),
  );
  reached.report("[C21]");
});

/** One edit of a text at a place: another character there, one more, one less, or two that changed places. */
const edits = fc.record({
  kind: fc.constantFrom("replace", "insert", "delete", "swap"),
  place: fc.nat(200),
  char: fc.oneof(
    fc.constantFrom(...DIGITS.split(""), ..."=+/. \n".split("")),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
});

test("[C21] a token with any edit is refused: by its shape, or by its signature", async () => {
  const reached = new Reached("by shape", "by signature", "another grant");
  await fc.assert(
    fc.asyncProperty(secrets, grants, edits, async (secret, grant, { kind, place, char }) => {
      const token = await tokenOf(secret, grant);
      const at = place % token.length;
      const [before, here = "", next = "", after] = [
        token.slice(0, at),
        token[at],
        token[at + 1],
        token.slice(at + 2),
      ];
      const middle = { replace: char + next, insert: char + here + next, delete: next, swap: next + here }[
        kind
      ];
      const edited = before + middle + after;
      if (edited === token) return;
      expect(await isAccepted(secret, edited)).toBe(false);
      const read = parseLoadToken(edited);
      reached.add(read === null ? "by shape" : "by signature");
      if (read !== null && payloadOf(read.grant) !== payloadOf(grant)) reached.add("another grant");
    }),
    { numRuns: 1_000 },
  );
  reached.report("[C21]");
});

test("[C21] all spellings of the signature's last digit: one is accepted", async () => {
  await fc.assert(
    fc.asyncProperty(secrets, grants, async (secret, grant) => {
      const token = await tokenOf(secret, grant);
      const spellings = DIGITS.split("").map((digit) => token.slice(0, -1) + digit);
      const accepted = await Promise.all(spellings.map((spelling) => isAccepted(secret, spelling)));
      expect(spellings.filter((_, i) => accepted[i])).toEqual([token]);
    }),
    { numRuns: 20 },
  );
});

test("[C20] [L8] users of tokens and addresses never share a key", () => {
  const reached = new Reached("users apart", "tokens apart", "addresses");
  const addresses = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string(), fc.constant("load:0123456789abcdef:0"));
  const room = { kind: "public", name: "a-1" } as const;
  const keyOf = (id: string, user: number): string => {
    const grant = { expires: 3_600, users: MAX_LOAD_USERS, id, prefix: "a-" };
    const counted = virtualUser(grant, `${user}`, room, 0);
    if ("refused" in counted) throw new Error(counted.refused);
    return counted.identity;
  };
  const ids = fc.constantFrom("0123456789abcdef", "0123456789abcdee", "1123456789abcdef");
  const users = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: MAX_LOAD_USERS - 1 }));
  fc.assert(
    fc.property(ids, users, ids, users, addresses, (id, user, otherId, otherUser, address) => {
      const isSame = id === otherId && user === otherUser;
      expect(keyOf(id, user) === keyOf(otherId, otherUser)).toBe(isSame);
      expect(keyOf(id, user)).not.toBe(identityOf(address));
      if (id === otherId && !isSame) reached.add("users apart");
      if (id !== otherId && user === otherUser) reached.add("tokens apart");
      reached.add("addresses");
    }),
    { numRuns: 300 },
  );
  reached.report("[C20] [L8]");
});

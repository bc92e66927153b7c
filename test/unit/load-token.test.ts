import { expect, test } from "vitest";
import { isSignedLoad, signLoad } from "../../src/http/load-signature.ts";
import {
  isLoadPrefix,
  type LoadGrant,
  MAX_LOAD_HOURS,
  MAX_LOAD_USERS,
  parseLoadToken,
  payloadOf,
  virtualUser,
} from "../../src/http/load-token.ts";
import { LOAD_TOKEN_HEADER, LOAD_USER_HEADER } from "../../src/protocol/load.ts";
import { parseRoomName } from "../../src/protocol/room-name.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const GRANT: LoadGrant = { expires: 1_800_000_000, users: 100, id: "0123456789abcdef", prefix: "load-" };
// By openssl dgst -sha256 -hmac.
const SIGNATURE = "RLdq1ul8CHIIZEiHluZVeaR26EkFOEhYamqiJq1OxbM";

test("[C21] a token, written down", async () => {
  const payload = payloadOf(GRANT);
  expect(payload).toBe("1.1800000000.100.0123456789abcdef.load-");
  expect(await signLoad(SECRET, payload)).toBe(SIGNATURE);
  expect(parseLoadToken(`${payload}.${SIGNATURE}`)).toEqual({ grant: GRANT, payload, signature: SIGNATURE });
  expect(await isSignedLoad(SECRET, payload, SIGNATURE)).toBe(true);
  expect(await isSignedLoad(`${SECRET}.`, payload, SIGNATURE)).toBe(false);
});

test("[C20] the headers that say who a virtual user is", () => {
  expect([LOAD_TOKEN_HEADER, LOAD_USER_HEADER]).toEqual(["Edge-Chat-Load-Token", "Edge-Chat-Load-User"]);
});

test("[C21] a token may have as many users as any", () => {
  const token = `1.1800000000.${MAX_LOAD_USERS}.0123456789abcdef.load-.${SIGNATURE}`;
  expect(parseLoadToken(token)?.grant.users).toBe(100_000);
});

test.each([
  { why: "nothing", token: "" },
  { why: "no signature", token: "1.1800000000.100.0123456789abcdef.load-" },
  { why: "another version", token: `2.1800000000.100.0123456789abcdef.load-.${SIGNATURE}` },
  { why: "a leading zero", token: `1.01800000000.100.0123456789abcdef.load-.${SIGNATURE}` },
  { why: "a sign", token: `1.+1800000000.100.0123456789abcdef.load-.${SIGNATURE}` },
  { why: "an exponent", token: `1.18e8.100.0123456789abcdef.load-.${SIGNATURE}` },
  {
    why: "an expiry beyond all numbers",
    token: `1.${"9".repeat(400)}.100.0123456789abcdef.load-.${SIGNATURE}`,
  },
  { why: "no user", token: `1.1800000000.0.0123456789abcdef.load-.${SIGNATURE}` },
  { why: "too many users", token: `1.1800000000.100001.0123456789abcdef.load-.${SIGNATURE}` },
  { why: "an id in upper case", token: `1.1800000000.100.0123456789ABCDEF.load-.${SIGNATURE}` },
  { why: "a short id", token: `1.1800000000.100.0123456789abcde.load-.${SIGNATURE}` },
  { why: "no prefix", token: `1.1800000000.100.0123456789abcdef..${SIGNATURE}` },
  { why: "a prefix within a word", token: `1.1800000000.100.0123456789abcdef.load.${SIGNATURE}` },
  { why: "one more field", token: `1.1800000000.100.0123456789abcdef.load-.x-.${SIGNATURE}` },
  { why: "padding", token: `1.1800000000.100.0123456789abcdef.load-.${SIGNATURE}=` },
  { why: "the other base64", token: `1.1800000000.100.0123456789abcdef.load-.+${SIGNATURE.slice(1)}` },
  { why: "spare bits", token: `1.1800000000.100.0123456789abcdef.load-.${SIGNATURE.slice(0, 42)}N` },
  { why: "a blank behind", token: `1.1800000000.100.0123456789abcdef.load-.${SIGNATURE} ` },
  { why: "a line feed behind", token: `1.1800000000.100.0123456789abcdef.load-.${SIGNATURE}\n` },
  { why: "two tokens", token: `1.1800000000.100.0123456789abcdef.load-.${SIGNATURE}, 1.1` },
  { why: "digits of another script", token: `1.١800000000.100.0123456789abcdef.load-.${SIGNATURE}` },
])("[C21] $why is no token", ({ token }) => {
  expect(parseLoadToken(token)).toBeNull();
});

test.each([
  { prefix: "load-", is: true },
  { prefix: "load-7-big-", is: true },
  { prefix: "a-", is: true },
  { prefix: `${"a".repeat(23)}-`, is: true },
  { prefix: `${"a".repeat(24)}-`, is: false },
  { prefix: "", is: false },
  { prefix: "-", is: false },
  { prefix: "load", is: false },
  { prefix: "-load-", is: false },
  { prefix: "load--", is: false },
  { prefix: "Load-", is: false },
  { prefix: "lo.ad-", is: false },
  { prefix: "кафе-", is: false },
])("[C21] rooms can be granted by the prefix '$prefix': $is", ({ prefix, is }) => {
  expect(isLoadPrefix(prefix)).toBe(is);
});

const END = GRANT.expires * 1_000;
const HOUR = 3_600_000;

test.each([
  { why: "the first user", user: "0", is: "load:0123456789abcdef:0" },
  { why: "the last user", user: "99", is: "load:0123456789abcdef:99" },
  { why: "the last moment", now: END - 1, is: "load:0123456789abcdef:7" },
  { why: "the earliest moment", now: END - MAX_LOAD_HOURS * HOUR, is: "load:0123456789abcdef:7" },
  { why: "a room in another spelling", room: "LOAD 1", is: "load:0123456789abcdef:7" },
  { why: "expired", now: END, is: "has expired" },
  { why: "too long before", now: END - MAX_LOAD_HOURS * HOUR - 1, is: "over 168 hours" },
  { why: "another room", room: "lobby", is: "begin with load-" },
  { why: "a room that is another word", room: "loading", is: "begin with load-" },
  { why: "the prefix alone", room: "load-", is: "begin with load-" },
  { why: "a private room", room: "0".repeat(64), is: "begin with load-" },
  { why: "no user", user: null, is: "from 0 to 99" },
  { why: "a user too high", user: "100", is: "from 0 to 99" },
  { why: "a second spelling", user: "07", is: "from 0 to 99" },
  { why: "a negative user", user: "-1", is: "from 0 to 99" },
  { why: "half a user", user: "7.5", is: "from 0 to 99" },
  { why: "a user in hex", user: "0x7", is: "from 0 to 99" },
  { why: "two users", user: "7, 8", is: "from 0 to 99" },
  { why: "an empty user", user: "", is: "from 0 to 99" },
])("[C22] $why: $is", ({ user = "7", room = "load-1", now = END - HOUR, is }) => {
  const address = parseRoomName(room);
  if (address === null) throw new Error(`${room} names no room.`);
  const counted = virtualUser(GRANT, user, address, now);
  if (is.startsWith("load:")) expect(counted).toEqual({ key: is });
  else expect(counted).toEqual({ refused: expect.stringContaining(is) });
});

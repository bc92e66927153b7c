// Everything that reads a text from somebody else, with a text or two that it takes, and what has to hold of any other.
import { parseSavedOutbox } from "../../src/client/outbox.ts";
import { parseLoadToken, payloadOf } from "../../src/http/load-token.ts";
import { isOriginAllowed, parseOrigins } from "../../src/http/origin.ts";
import { decodeClientFrame, decodeHello, wellFormed } from "../../src/protocol/codec.ts";
import {
  MAX_CLASSIC_MESSAGE_LENGTH,
  MAX_CLIENT_TAG_LENGTH,
  MAX_KEY_LENGTH,
  MAX_NAME_LENGTH,
  MAX_PAGE,
  MAX_ROOM_NAME_LENGTH,
  MOST_MESSAGE_LENGTH,
} from "../../src/protocol/limits.ts";
import { parseRoomName } from "../../src/protocol/room-name.ts";
import { decodeServerFrame } from "../../src/protocol/server-frames.ts";
import { identityOf, NO_ADDRESS } from "../../src/rate-limit/identity.ts";

export interface Decoder {
  readonly name: string;
  readonly seeds: readonly string[];
  /** Whether the text was taken. Throws where the decoder throws, or takes what it must not. */
  readonly takes: (text: string) => boolean;
}

const must = (isSo: boolean, what: string): void => {
  if (!isSo) throw new Error(what);
};

const json = (...values: readonly unknown[]): string[] => values.map((value) => JSON.stringify(value));
const DELIVERY = { name: "ann", protocol: 1, key: "k".repeat(16), client: "tab" };
const EVENT = { seq: 1, name: "ann", message: "hi", timestamp: 1, author: "a", client: "c", counter: 1 };
const MEMBER = { connection: "c", author: "a", name: "ann" };
const WELCOME = {
  protocol: 1,
  epoch: "e",
  head: 1,
  counter: 1,
  connection: "c",
  author: "a",
  members: 1,
  roster: [MEMBER],
  resumed: true,
  gap: { first: 1, last: 2 },
  limits: { message: 256, typing: 20 },
};
const isWhole = (text: string): boolean => text === wellFormed(text);

export const DECODERS: readonly Decoder[] = [
  {
    name: "decodeHello",
    seeds: json({ name: "ann" }, DELIVERY, { ...DELIVERY, since: { epoch: "e", seq: 1 } }),
    takes: (text) => {
      const decoded = decodeHello(text);
      if (!decoded.ok) return false;
      const { name, delivery } = decoded.value;
      must(name.length <= MAX_NAME_LENGTH && isWhole(name), "a name");
      must(delivery === null || delivery.key.length <= MAX_KEY_LENGTH, "a key");
      must(delivery === null || delivery.client.length <= MAX_CLIENT_TAG_LENGTH, "a client tag");
      return true;
    },
  },
  ...[true, false].map((isDelivery) => ({
    name: `decodeClientFrame, ${isDelivery ? "delivery" : "classic"}`,
    seeds: json(
      { message: "hi" },
      { message: "hi", counter: 1 },
      { history: { before: 9, limit: 3 } },
      { typing: true },
    ),
    takes: (text: string) => {
      const most = isDelivery ? MOST_MESSAGE_LENGTH : MAX_CLASSIC_MESSAGE_LENGTH;
      const decoded = decodeClientFrame(text, isDelivery, MOST_MESSAGE_LENGTH);
      if (!decoded.ok) return false;
      const { value } = decoded;
      if (value.kind === "history")
        must(value.limit >= 1 && value.limit <= MAX_PAGE && Number.isSafeInteger(value.before), "a page");
      else if (value.kind === "message")
        must(value.message.length <= most && isWhole(value.message), "a message");
      return true;
    },
  })),
  {
    name: "decodeServerFrame",
    seeds: json(
      { events: [EVENT] },
      { stored: 1 },
      { refused: { counter: 1, code: "rate-limited", retryAfter: 1 } },
      { error: "no", code: "bad-frame" },
      { presence: { count: 1, joined: [MEMBER], left: ["c"] } },
      { history: { before: 9, events: [EVENT], more: false } },
      { typing: MEMBER },
      { welcome: WELCOME },
    ),
    takes: (text) => decodeServerFrame(text) !== null,
  },
  {
    name: "parseRoomName",
    seeds: ["lobby", "Caf\u00e9_au lait", "0".repeat(64), "\u{1f600}a", "\u1e9b\u0323"],
    takes: (text) => {
      const address = parseRoomName(text);
      if (address === null) return false;
      if (address.kind === "private") return true;
      const { name } = address;
      must(name.length >= 1 && name.length <= MAX_ROOM_NAME_LENGTH, "a length");
      const again = parseRoomName(name);
      must(again?.kind === "public" && again.name === name, "a name that is kept");
      return true;
    },
  },
  {
    name: "parseOrigins",
    seeds: ["https://chat.example, http://localhost:8787", "*"],
    takes: (text) => {
      let listed: ReadonlySet<string>;
      try {
        listed = parseOrigins(text);
      } catch (error) {
        must(error instanceof Error && error.message.startsWith("ALLOWED_ORIGINS lists "), "a sentence");
        return false;
      }
      for (const origin of listed)
        must(isOriginAllowed(origin, "https://own.example", listed), `${origin}, which is listed`);
      return true;
    },
  },
  {
    name: "parseLoadToken",
    seeds: [
      `${payloadOf({ expires: 1e12, users: 10, id: "0123456789abcdef", prefix: "load-" })}.${"A".repeat(43)}`,
    ],
    takes: (text) => parseLoadToken(text) !== null,
  },
  {
    name: "identityOf",
    seeds: ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0"],
    takes: (text) => {
      const identity = identityOf(text);
      must(/^(none|4:[\d.]{7,15}|6:[\da-f:]{7,19})$/.test(identity), `an identity, not ${identity}`);
      return identity !== NO_ADDRESS;
    },
  },
  {
    name: "parseSavedOutbox",
    seeds: json({ items: [{ id: "i", message: "hi", state: "pending" }], epoch: "e", counter: 1 }),
    takes: (text) => parseSavedOutbox(text) !== null,
  },
];

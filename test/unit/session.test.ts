import { describe, expect, test } from "vitest";
import {
  type Action,
  awaitsHello,
  fromAttachment,
  isDelivery,
  newSession,
  type Session,
  speaksDelivery,
  toAttachment,
} from "../../src/room/session.ts";

const fresh = (): Session => newSession("c", "address", 7, 1_000);
const CLASSIC = { name: "ann", author: "", client: null };
const DELIVERY = { name: "ann", author: "a", client: "tab" };
const message: Action = { kind: "message", message: "hi", counter: 0 };
const joinOf = (delivery: boolean): Action => ({
  kind: "join",
  hello: { name: "ann", delivery: delivery ? { key: "k", client: "tab", since: null } : null },
  author: "",
});

test("[D9] what a session is survives in its attachment; what is under way is empty then", () => {
  const session: Session = { ...fresh(), joined: DELIVERY, waiting: [message], counter: 9, hasRoster: false };
  const attachment: unknown = JSON.parse(JSON.stringify(toAttachment(session)));
  const kept = { connection: "c", identity: "address", order: 7, since: 1_000, joined: DELIVERY, counter: 9 };
  expect(attachment).toEqual({ v: 2, ...kept, hasRoster: false });
  expect(fromAttachment(attachment)).toEqual({ ...session, waiting: [] });
});

test("[D9] an attachment of the version before is read: what it held of the rate limit is not used any more", () => {
  const first = {
    ...{ v: 1, connection: "c", identity: "address", order: 7, accepted: 1_000, joined: CLASSIC, counter: 9 },
    ...{ pass: { from: 1, until: 2 }, refused: null, local: { tat: 5, last: 6 } },
  };
  expect(fromAttachment(first)).toEqual({ ...fresh(), joined: CLASSIC, counter: 9 });
});

const WHOLE = { ...toAttachment(fresh()), joined: DELIVERY };
test.each([
  ...[null, undefined, 7, "text", [], {}],
  ...[0, 3, "2"].map((v) => ({ ...WHOLE, v })),
  ...[7, null, undefined].map((connection) => ({ ...WHOLE, connection })),
  ...[7, null, undefined].map((identity) => ({ ...WHOLE, identity })),
  ...["7", -1, 1.5, null, undefined].map((order) => ({ ...WHOLE, order })),
  ...["7", -1, 1.5, null, undefined].map((since) => ({ ...WHOLE, since })),
  ...["7", -1, 1.5, null, undefined].map((counter) => ({ ...WHOLE, counter })),
  ...["true", 1, null, undefined].map((hasRoster) => ({ ...WHOLE, hasRoster })),
  ...["ann", 7, [], {}, undefined].map((joined) => ({ ...WHOLE, joined })),
  ...[
    { ...DELIVERY, name: 7 },
    { ...DELIVERY, author: null },
    { ...DELIVERY, client: 7 },
    { name: "ann", author: "a" },
  ].map((joined) => ({ ...WHOLE, joined })),
  // Version 1 has the instant under another name.
  { ...WHOLE, v: 1 },
])("[C26] [D9] %j is no session's attachment", (value) => {
  expect(fromAttachment(value)).toBeNull();
});

test.each([CLASSIC, DELIVERY, null])("[D9] whoever joined as %j is that again", (joined) => {
  expect(fromAttachment({ ...WHOLE, joined })?.joined).toEqual(joined);
});

describe("what the next frame of a connection is read as", () => {
  test.each([
    { what: "nothing said", session: {}, hello: true, delivery: false },
    { what: "a classic join waits", session: { waiting: [joinOf(false)] }, hello: false, delivery: false },
    { what: "a delivery join waits", session: { waiting: [joinOf(true)] }, hello: false, delivery: true },
    {
      what: "a delivery join waits, and a message after it",
      session: { waiting: [joinOf(true), message] },
      hello: false,
      delivery: true,
    },
    {
      what: "a classic join waits, and a message after it",
      session: { waiting: [joinOf(false), message] },
      hello: false,
      delivery: false,
    },
    { what: "joined, classic", session: { joined: CLASSIC }, hello: false, delivery: false },
    { what: "joined, delivery", session: { joined: DELIVERY }, hello: false, delivery: true },
  ])("[C3] [P1] $what", ({ session, hello, delivery }) => {
    expect(awaitsHello({ ...fresh(), ...session })).toBe(hello);
    expect(speaksDelivery({ ...fresh(), ...session })).toBe(delivery);
  });
});

test("[C8] only who has joined is served, by the protocol of the join", () => {
  expect(
    [{}, { joined: CLASSIC }, { joined: DELIVERY }].map((one) => isDelivery({ ...fresh(), ...one })),
  ).toEqual([false, false, true]);
});

import { describe, expect, test } from "vitest";
import {
  awaitsHello,
  fromAttachment,
  isDelivery,
  newSession,
  type Session,
  speaksDelivery,
  toAttachment,
  type Waiting,
} from "../../src/room/session.ts";

const fresh = (): Session => newSession("c", "address", 7, 1_000);
const CLASSIC = { name: "ann", author: "", client: null };
const DELIVERY = { name: "ann", author: "a", client: "tab" };
const message: Waiting = { kind: "message", message: "hi", counter: 0 };
const joinOf = (delivery: boolean): Waiting => ({
  kind: "join",
  hello: { name: "ann", delivery: delivery ? { key: "k", client: "tab", since: null } : null },
  author: "",
});

test("[D9] what a session is survives in its attachment; what is under way is empty then", () => {
  const session: Session = {
    ...fresh(),
    joined: DELIVERY,
    pass: { from: 1, until: 2 },
    refused: { from: 3, sure: 4, until: 4 },
    local: { tat: 5, last: 6 },
    charging: { asked: 1, since: 0 },
    waiting: [message],
    counter: 9,
  };
  const attachment: unknown = JSON.parse(JSON.stringify(toAttachment(session)));
  expect(attachment).toEqual({
    v: 1,
    connection: "c",
    identity: "address",
    order: 7,
    accepted: 1_000,
    joined: DELIVERY,
    pass: { from: 1, until: 2 },
    refused: { from: 3, sure: 4, until: 4 },
    local: { tat: 5, last: 6 },
    counter: 9,
  });
  expect(fromAttachment(attachment)).toEqual({ ...session, charging: null, waiting: [], counter: 9 });
});

test.each([null, undefined, 7, "text", {}, { v: 2 }])("[D9] %o is no session's attachment", (value) => {
  expect(fromAttachment(value)).toBeNull();
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
    {
      what: "a message is left over from a join that was not admitted",
      session: { waiting: [message] },
      hello: true,
      delivery: false,
    },
    {
      what: "after it, a delivery join waits",
      session: { waiting: [message, joinOf(true)] },
      hello: false,
      delivery: true,
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

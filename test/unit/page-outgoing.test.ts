import { expect, test } from "vitest";
import { sentences } from "../../src/client/page/outgoing.ts";
import type { OutboxItem } from "../../src/client/outbox.ts";

const items = (...states: OutboxItem["state"][]): OutboxItem[] =>
  states.map((state, i) => ({ id: `${i}`, message: "m", state }));
const LIVE = { underWay: 0, isLive: true, retryIn: 0 };

test.each([
  { what: "nothing", outgoing: { ...LIVE, items: [] }, said: [] },
  {
    what: "two under way",
    outgoing: { ...LIVE, underWay: 2, items: items("pending", "pending") },
    said: ["", "Sending …"],
  },
  {
    what: "more than may be under way",
    outgoing: { ...LIVE, underWay: 1, items: items("pending", "pending", "pending") },
    said: ["Sending …", "", "2 messages: in line"],
  },
  {
    what: "a refusal for now",
    outgoing: { ...LIVE, retryIn: 3, items: items("waiting", "pending", "pending") },
    said: ["", "", "3 messages: in line, next in 3 s"],
  },
  {
    what: "one that waits",
    outgoing: { ...LIVE, retryIn: 3, items: items("waiting") },
    said: ["In line, next in 3 s"],
  },
  {
    what: "no connection",
    outgoing: { ...LIVE, underWay: 2, isLive: false, items: items("pending", "failed", "pending") },
    said: ["Waiting for a connection", "Not sent.", "Waiting for a connection"],
  },
  {
    what: "two failed",
    outgoing: { ...LIVE, items: items("failed", "failed") },
    said: ["Not sent.", "Not sent."],
  },
])("[P8] what is said of messages that are not confirmed: $what", ({ outgoing, said }) => {
  expect(sentences(outgoing)).toEqual(said);
});

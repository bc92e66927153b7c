import { expect, test } from "vitest";
import { decodeServerFrame } from "../../src/protocol/server-frames.ts";
import { messageAt } from "../support/log-contract.ts";

const decode = (frame: unknown): unknown => decodeServerFrame(JSON.stringify(frame));
const member = { connection: "c", author: "a", name: "ann" };
const welcome = {
  protocol: 1,
  epoch: "e",
  head: 9,
  counter: 2,
  connection: "c",
  author: "a",
  members: 1,
  roster: [member],
  resumed: true,
  gap: { first: 1, last: 2 },
  limits: { message: 2_000, typing: 20 },
};
const refused = { counter: 1, code: "out-of-order", retryAfter: 2, expected: 3 };
const presence = { count: 1, roster: [member], joined: [member], left: ["d"] };
const history = { before: 3, events: [messageAt(1), messageAt(2)], more: true };

/** The value with the thing at the end of the path left out, or exchanged. */
function but(value: object, path: readonly (string | number)[], instead?: unknown): object {
  const copy = structuredClone(value) as Record<string | number, unknown>;
  const last = path.at(-1) ?? "";
  const parent = path.slice(0, -1).reduce((at, key) => at[key] as Record<string | number, unknown>, copy);
  if (instead === undefined) delete parent[last];
  else parent[last] = instead;
  return copy;
}

test("[D11] whole frames of every kind are understood", () => {
  expect(decode({ welcome })).toEqual({ kind: "welcome", welcome });
  expect(decode({ refused })).toEqual({ kind: "refused", refused });
  expect(decode({ presence })).toEqual({ kind: "presence", presence });
  expect(decode({ history })).toEqual({ kind: "history", history });
  expect(decode({ typing: member })).toEqual({ kind: "typing", typing: member });
  expect(decode({ stored: 0 })).toEqual({ kind: "stored", stored: 0 });
  expect(decode({ error: "No." })).toEqual({ kind: "error", error: "No.", code: "bad-frame" });
});

test.each(["roster", "gap", "limits"])("[P1] [P18] a welcome without %s is one", (field) => {
  expect(decode({ welcome: but(welcome, [field]) })).toMatchObject({ kind: "welcome" });
});

test.each(["protocol", "epoch", "head", "counter", "connection", "author", "members", "resumed"])(
  "[D11] a welcome without %s, or with something else there, is none",
  (field) => {
    expect(decode({ welcome: but(welcome, [field]) })).toBeNull();
    expect(decode({ welcome: but(welcome, [field], { not: "this" }) })).toBeNull();
  },
);

test.each([
  { path: ["head"], instead: -1 },
  { path: ["head"], instead: 1.5 },
  { path: ["roster"], instead: {} },
  { path: ["roster", 0], instead: null },
  { path: ["roster", 0], instead: [] },
  { path: ["roster", 0, "connection"], instead: 1 },
  { path: ["roster", 0, "author"], instead: 1 },
  { path: ["roster", 0, "name"], instead: 1 },
  { path: ["gap"], instead: 7 },
  { path: ["gap", "first"], instead: "1" },
  { path: ["gap", "last"], instead: "2" },
])("[D11] a welcome with $instead at $path is none", ({ path, instead }) => {
  expect(decode({ welcome: but(welcome, path, instead) })).toBeNull();
});

test.each([
  { frame: { refused: 7 } },
  { frame: { refused: but(refused, ["code"]) } },
  { frame: { refused: but(refused, ["counter"], "1") } },
  { frame: { refused: but(refused, ["retryAfter"], -1) } },
  { frame: { refused: but(refused, ["expected"], "3") } },
  { frame: { presence: 7 } },
  { frame: { presence: but(presence, ["count"]) } },
  { frame: { presence: but(presence, ["roster"], [7]) } },
  { frame: { presence: but(presence, ["joined"], [7]) } },
  { frame: { presence: but(presence, ["left"], [7]) } },
  { frame: { history: 7 } },
  { frame: { history: but(history, ["before"]) } },
  { frame: { history: but(history, ["events"]) } },
  { frame: { history: but(history, ["events", 0], 7) } },
  { frame: { history: but(history, ["events", 0], null) } },
  { frame: { stored: "1" } },
  { frame: { error: 7 } },
  { frame: {} },
  { frame: [] },
])("[D11] $frame is nothing that a client knows", ({ frame }) => {
  expect(decode(frame)).toBeNull();
});

test("[D11] only text is a frame", () => {
  expect(decodeServerFrame(new ArrayBuffer(2))).toBeNull();
  expect(decodeServerFrame(['{"stored":1}'])).toBeNull();
});

test("[P5] a page without `more` is the last one, and its events are as strict as any", () => {
  expect(decode({ history: but(history, ["more"]) })).toMatchObject({ history: { more: false } });
  expect(decode({ history: but(history, ["more"], "yes") })).toMatchObject({ history: { more: false } });
});

test.each(Object.keys(messageAt(1)))(
  "[D11] a message without %s, or with something else there, is none",
  (field) => {
    const frame = { first: 1, last: 1, events: [messageAt(1)] };
    expect(decode(frame)).toMatchObject({ kind: "events" });
    expect(decode(but(frame, ["events", 0, field]))).toBeNull();
    expect(decode(but(frame, ["events", 0, field], { not: "this" }))).toBeNull();
  },
);

test.each([
  { seqs: [], first: 1, last: 1, why: "holds nothing" },
  { seqs: [], first: 1, last: undefined, why: "holds nothing and says no last" },
  { seqs: [1, 2], first: 2, last: 2, why: "says another first" },
  { seqs: [1, 2], first: 1, last: 3, why: "says another last" },
  { seqs: [1, 2, 2], first: 1, last: 2, why: "repeats" },
  { seqs: [1, 3], first: 1, last: 3, why: "has a hole" },
  { seqs: [2, 1], first: 2, last: 1, why: "goes back" },
])("[P2] [D2] [D11] a frame of events that $why is corrupt", ({ seqs, first, last }) => {
  expect(decode({ first, last, events: seqs.map((seq) => messageAt(seq)) })).toBeNull();
});

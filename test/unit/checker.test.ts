import { expect, test } from "vitest";
import { check } from "../support/checker.ts";
import type { AnomalyKind } from "../support/verdict.ts";
import { fromLines, type HistoryEvent, type Seen, toLines } from "../support/history.ts";

const EPOCH = "e";
const seen = (seq: number | null, message: string, timestamp = 10 * (seq ?? 0)): Seen => ({
  seq,
  name: message.split(":")[0] ?? "",
  message,
  timestamp,
});
const sent = (message: string): HistoryEvent => {
  const [name = ""] = message.split(":");
  return { type: "sent", client: name, name, message };
};
const acknowledged = (message: string): HistoryEvent => ({
  type: "acknowledged",
  client: message.split(":")[0] ?? "",
  epoch: EPOCH,
  message,
});
const joined = (client: string, after: number | null, resumed = false, head = after): HistoryEvent => ({
  type: "joined",
  client,
  epoch: EPOCH,
  resumed,
  after,
  head,
});
const received = (client: string, ...all: readonly Seen[]): HistoryEvent[] =>
  all.map((one) => ({ type: "received", client, epoch: EPOCH, seen: one }));
const left = (client: string): HistoryEvent => ({ type: "left", client });
const log = (messages: readonly Seen[], floor = 0, isQuiet = true): HistoryEvent => ({
  type: "log",
  epoch: EPOCH,
  floor,
  messages,
  isQuiet,
});

const [one, two, three] = [seen(1, "ann:1"), seen(2, "ann:2"), seen(3, "bob:1")];
/** Ann says two things, Bob one; both see all three, Bob over a reconnect. */
const good: readonly HistoryEvent[] = [
  joined("ann", 0),
  joined("bob", 0),
  sent("ann:1"),
  sent("ann:2"),
  sent("bob:1"),
  ...received("ann", one),
  acknowledged("ann:1"),
  ...received("bob", one),
  left("bob"),
  ...received("ann", two),
  acknowledged("ann:2"),
  joined("bob", 1, true),
  ...received("bob", two, three),
  acknowledged("bob:1"),
  ...received("ann", three),
  log([one, two, three]),
];

/** The good history with one event left out, exchanged or added. */
const without = (index: number): HistoryEvent[] => good.toSpliced(index, 1);
const at = (type: HistoryEvent["type"], nth = 0): number =>
  good.flatMap((event, i) => (event.type === type ? [i] : []))[nth] ?? -1;
const withLog = (messages: readonly Seen[], floor = 0): HistoryEvent[] => [
  ...good.slice(0, -1),
  log(messages, floor),
];

test("[D1] a good history has no anomaly, and is counted", () => {
  expect(check(good)).toEqual({
    anomalies: [],
    counts: {
      sent: 3,
      acknowledged: 3,
      stored: 3,
      received: 6,
      joins: 3,
      resumed: 1,
      toldMissing: 0,
      undecided: 0,
    },
  });
});

const BAD: readonly {
  readonly name: string;
  readonly kind: AnomalyKind;
  readonly history: readonly HistoryEvent[];
}[] = [
  { name: "[D5] acknowledged, and not in the log", kind: "lost", history: withLog([one, two]) },
  {
    name: "[D5] acknowledged, and neither in the log nor among what was trimmed",
    kind: "lost",
    history: [sent("ann:3"), acknowledged("ann:3"), ...withLog([three], 2)],
  },
  {
    name: "[D2] sent, and neither stored nor failed when all is quiet",
    kind: "lost",
    history: [sent("ann:3"), ...good],
  },
  {
    name: "[D2] sent, and neither stored, nor trimmed, nor failed when all is quiet",
    kind: "lost",
    history: [sent("ann:3"), ...withLog([three], 2)],
  },
  {
    name: "[D2] a member was not given the newest message",
    kind: "lost",
    history: without(at("received", 5)),
  },
  {
    name: "[D2] a member was given nothing",
    kind: "lost",
    history: [...good.slice(0, -1), joined("cleo", null), log([one, two, three])],
  },
  { name: "[D1] the log has a hole", kind: "lost", history: withLog([one, three]) },
  { name: "[D2] a message is skipped and nobody said so", kind: "gap", history: without(at("received", 3)) },
  {
    name: "[D2] a client resumes past what it has not seen",
    kind: "gap",
    history: good.map((event) => (event.type === "joined" && event.resumed ? joined("bob", 2, true) : event)),
  },
  {
    name: "[D2] a gap is told that does not begin where the client is",
    kind: "gap",
    history: good.toSpliced(at("joined", 2) + 1, 0, { type: "gap", client: "bob", first: 3, last: 4 }),
  },
  {
    name: "[D2] a client is made to begin anew in the same log",
    kind: "gap",
    history: good.map((event) => (event.type === "joined" && event.resumed ? joined("bob", 1) : event)),
  },
  {
    name: "[D2] the backlog of a join ends before the head",
    kind: "gap",
    history: [
      ...good.slice(0, -1),
      joined("cleo", null, false, 1),
      ...received("cleo", three),
      log([one, two, three]),
    ],
  },
  {
    name: "[D3] a message is given twice",
    kind: "duplicate",
    history: good.toSpliced(at("received", 1), 0, ...received("ann", one)),
  },
  {
    name: "[D3] a message is stored twice",
    kind: "duplicate",
    history: withLog([one, two, three, seen(4, "ann:1")]),
  },
  {
    name: "[D3] a message stood at two places, and the first was trimmed",
    kind: "duplicate",
    history: [
      ...good.slice(0, -1),
      ...received("ann", seen(4, "ann:1")),
      ...received("bob", seen(4, "ann:1")),
      log([seen(4, "ann:1")], 3),
    ],
  },
  {
    name: "[D1] a client gets messages in another order",
    kind: "reordered",
    history: [
      ...good.slice(0, -1),
      joined("cleo", null),
      ...received("cleo", two, one, three),
      log([one, two, three]),
    ],
  },
  {
    name: "[D4] a sender's messages are stored in another order",
    kind: "reordered",
    history: [sent("ann:1"), sent("ann:2"), log([seen(1, "ann:2"), seen(2, "ann:1")])],
  },
  {
    name: "[D1] timestamps do not rise",
    kind: "reordered",
    history: [sent("ann:1"), sent("ann:2"), log([seen(1, "ann:1", 10), seen(2, "ann:2", 10)])],
  },
  {
    name: "[D6] seen, and the log ends before it",
    kind: "phantom",
    history: [
      sent("ann:3"),
      { type: "failed", client: "ann", message: "ann:3" },
      ...good.slice(0, -1),
      ...received("bob", seen(4, "ann:3")),
      log([one, two, three]),
    ],
  },
  {
    name: "[D6] a classic client saw what no log has",
    kind: "phantom",
    history: [
      ...good,
      { type: "joined", client: "c", epoch: "", resumed: false, after: null, head: null },
      { type: "received", client: "c", epoch: "", seen: seen(null, "ann:1", 11) },
    ],
  },
  { name: "[D11] nobody sent it", kind: "phantom", history: withLog([one, two, three, seen(4, "eve:1")]) },
  {
    name: "[D7] received after leaving",
    kind: "phantom",
    history: good.toSpliced(at("left") + 1, 0, ...received("bob", two)),
  },
  {
    name: "[D5] acknowledged to somebody else",
    kind: "phantom",
    history: good.map((event) =>
      event.type === "acknowledged" && event.message === "ann:1" ? { ...event, client: "bob" } : event,
    ),
  },
  {
    name: "[D1] two clients see two messages at one place",
    kind: "inconsistent",
    history: good.map((event) =>
      event.type === "received" && event.client === "bob" && event.seen.seq === 2
        ? { ...event, seen: seen(2, "bob:1", 20) }
        : event,
    ),
  },
  {
    name: "[D11] a message is attributed to somebody else",
    kind: "inconsistent",
    history: withLog([one, two, { ...three, name: "ann" }]),
  },
  {
    name: "[P3] a client resumes into another log",
    kind: "inconsistent",
    history: good.map((event) =>
      event.type === "joined" && event.resumed ? { ...event, epoch: "f" } : event,
    ),
  },
];

test.each(BAD)("$name is $kind", ({ kind, history }) => {
  expect(check(history).anomalies.map((anomaly) => anomaly.kind)).toContain(kind);
});

const FINE: readonly { readonly name: string; readonly history: readonly HistoryEvent[] }[] = [
  {
    name: "[D2] what a gap names may be missing",
    history: [
      ...good.slice(0, at("joined", 2) + 1),
      { type: "gap", client: "bob", first: 2, last: 2 },
      ...received("bob", three),
      ...good.slice(at("acknowledged", 2), -1),
      log([three], 2),
    ],
  },
  { name: "[D2] what retention dropped may be missing from the log", history: withLog([three], 2) },
  {
    name: "[D7] who has left is owed nothing",
    history: [...without(at("received", 5)).slice(0, -1), left("ann"), log([one, two, three])],
  },
  {
    name: "[D3] a page that is loaded again is shown everything again",
    history: [
      ...good.slice(0, -1),
      { type: "restarted", client: "bob" },
      joined("bob", null, false, 3),
      ...received("bob", one, two, three),
      log([one, two, three]),
    ],
  },
  {
    name: "[D5] after an erasure, a message may be trimmed before anybody saw it again",
    history: [
      ...good,
      ...(["ann:1", "ann:2"] as const).map((message): HistoryEvent => ({
        type: "acknowledged",
        client: "ann",
        epoch: "later",
        message,
      })),
      { type: "log", epoch: "later", floor: 1, messages: [two], isQuiet: true },
    ],
  },
  {
    name: "[D5] what failed may be missing, or stored",
    history: [sent("ann:3"), { type: "failed", client: "ann", message: "ann:3" }, ...good],
  },
  {
    name: "[D1] a classic client's messages are found by their timestamps",
    history: [
      ...good,
      { type: "joined", client: "c", epoch: "", resumed: false, after: null, head: null },
      ...[one, two, three].map((it): HistoryEvent => ({
        type: "received",
        client: "c",
        epoch: "",
        seen: { ...it, seq: null },
      })),
    ],
  },
];

test.each(FINE)("$name", ({ history }) => {
  expect(check(history).anomalies).toEqual([]);
});

test("[D1] a history is the same after writing and reading", () => {
  expect(fromLines(toLines(good))).toEqual(good);
});

test.each([
  "{",
  "7",
  '{"type":"seen"}',
  '{"type":"left"}',
  '{"type":"gap","client":"a","first":-1,"last":2}',
])("[D11] '%s' is no event of a history, and is named by its line", (line) => {
  expect(() => fromLines(`${toLines(good.slice(0, 2))}${line}\n`)).toThrow("Line 3");
});

test("[D3] a text that was sent twice is refused: texts name messages", () => {
  expect(() => check([sent("ann:1"), sent("ann:1")])).toThrow("sent twice");
});

// What the checker says of gaps that are told: only what is gone, or too much, may be left out.
import { expect, test } from "vitest";
import { check } from "../support/checker.ts";
import type { HistoryEvent, Seen } from "../support/history.ts";

const seen = (seq: number, more = ""): Seen => ({
  seq,
  name: "ann",
  message: `m${seq}${more}`,
  timestamp: seq,
});

/** Bob is back, is told that one to `missing` are missing, and gets the rest of `messages`. */
function history(messages: readonly Seen[], floor: number, missing: number): HistoryEvent[] {
  const client = "bob";
  return [
    { type: "joined", client, epoch: "e", resumed: false, after: 0, head: 0 },
    ...messages.map(({ message }): HistoryEvent => ({ type: "sent", client: "ann", name: "ann", message })),
    { type: "left", client },
    { type: "joined", client, epoch: "e", resumed: true, after: 0, head: messages.length },
    { type: "gap", client, first: 1, last: missing },
    ...messages
      .filter(({ seq }) => (seq ?? 0) > missing)
      .map((message): HistoryEvent => ({ type: "received", client, epoch: "e", seen: message })),
    {
      type: "log",
      epoch: "e",
      floor,
      messages: messages.filter(({ seq }) => (seq ?? 0) > floor),
      isQuiet: true,
    },
  ];
}

const three = [seen(1), seen(2), seen(3)];

test("[P3] a gap of what the log has in the end is an anomaly: it was not missing", () => {
  expect(check(history(three, 0, 2)).anomalies).toEqual([
    {
      kind: "gap",
      law: "P3",
      what: "bob was told that 1 to 2 are missing, and the log has 2 in the end",
    },
  ]);
});

test("[P3] a gap of what retention dropped, or of more than a replay may hold, is none", () => {
  expect(check(history(three, 2, 2)).anomalies).toEqual([]);
  const many = Array.from({ length: 1_200 }, (_, i) => seen(i + 1));
  expect(check(history(many, 0, 200)).anomalies).toEqual([]);
  const large = Array.from({ length: 400 }, (_, i) => seen(i + 1, "x".repeat(2_000)));
  expect(check(history(large, 0, 50)).anomalies).toEqual([]);
});

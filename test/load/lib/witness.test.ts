import { expect, test } from "vitest";
import { readEvent, Witness, writeEvent } from "../../../load/lib/witness.ts";
import { encodeEvents, encodeWelcome } from "../../../src/protocol/codec.ts";
import type { ChatMessage } from "../../../src/protocol/messages.ts";

const welcome = { protocol: 1, epoch: "e", head: 0, counter: 0, connection: "c", author: "a", members: 1 };
const event = (seq: number, message = `text ${seq}`): ChatMessage => ({
  seq,
  name: "ann",
  message,
  timestamp: 1_000 + seq,
  author: "a",
  client: "k6",
  counter: seq,
});

/** Ann sends so many messages, and hears these frames. */
function judge(sent: number, ...frames: ChatMessage[][]) {
  const witness = new Witness();
  witness.heard("ann", encodeWelcome({ ...welcome, resumed: false }));
  for (let seq = 1; seq <= sent; seq += 1) witness.sent("ann", `text ${seq}`);
  for (const events of frames) witness.heard("ann", encodeEvents(events));
  return witness.verdict();
}

test("[D1] [D2] [D3] the project's checker judges what the senders of a load run saw", () => {
  expect(judge(3, [event(1), event(2)], [event(3)])).toEqual({ events: 7, anomalies: [] });
  expect(judge(3, [event(1)], [event(3)]).anomalies.join()).toContain("[D2] gap");
  expect(judge(3, [event(1)], [event(1)]).anomalies.join()).toContain("[D3] duplicate");
  expect(judge(3, [event(1, "text X")]).anomalies.join()).toContain("[D11] phantom");
});

test("a witness stops after its sample, and what comes behind is no anomaly", () => {
  const all = Array.from({ length: 300 }, (_, i) => event(i + 1));
  const { events, anomalies } = judge(300, all.slice(0, 200), all.slice(200, 250), all.slice(260));
  expect(anomalies).toEqual([]);
  // 300 sent, 200 received, joined and left.
  expect(events).toBe(502);
});

test("an event of the history survives a line of either engine, and other lines are none", () => {
  const witness = new Witness();
  witness.sent("ann", 'a "quoted" text, 100 %');
  for (const event of witness.history) {
    const line = writeEvent(event);
    const inK6 = `time="2026-11-29T07:00:00Z" level=info msg="${line}" source=console`;
    for (const told of [line, inK6]) expect(JSON.parse(readEvent(told) ?? "")).toEqual(event);
    expect(line).not.toContain('"');
  }
  expect(readEvent("the history of a run")).toBeNull();
  expect(readEvent("progress {}")).toBeNull();
});

// The counts of a run as tables that foot: who reads them can add up. Pure.
import type { Counts } from "../lib/tally.ts";

interface Block {
  readonly title: string;
  /** Parts, then what they sum up to. */
  readonly parts: readonly (readonly [string, number])[];
  readonly sum: readonly [string, number] | null;
}

export function countsTables(counts: Counts): string {
  return `<div class="columns">${blocksOf(counts).map(block).join("")}</div>`;
}

/** What is shown together. A block with a sum foots in every run that is VALID. */
export function blocksOf(counts: Counts): Block[] {
  const {
    offered,
    sent,
    accepted,
    refused,
    connects,
    joined,
    joinFailed,
    expected,
    delivered,
    lost,
    missed,
  } = counts;
  const abuse: Block[] =
    counts.abuseSent === 0
      ? []
      : [
          {
            title: "Abuser",
            parts: [
              ["accepted", counts.abuseAccepted],
              ["refused", counts.abuseRefused],
            ],
            sum: ["sent", counts.abuseSent],
          },
        ];
  return [
    {
      title: "Messages",
      parts: [
        ["accepted", accepted],
        ["refused", refused],
        ["due, not sent", offered - sent],
      ],
      sum: ["offered", offered],
    },
    {
      title: "Deliveries",
      parts: [
        ["delivered", delivered],
        ["lost", lost],
        ["missed while away", missed],
        ["corrupt", counts.corrupt],
      ],
      sum: ["expected", expected],
    },
    {
      title: "Flags",
      parts: [
        ["late", counts.late],
        ["duplicate", counts.duplicate],
        ["reordered", counts.reordered],
        ["unreadable frames", counts.garbled],
        ["fields that are not the sender's", counts.forged],
        ["frames of the other protocol", counts.foreign],
        ["members that heard another sequence", counts.diverged],
        ["members told a wrong count", counts.miscounted],
        ["refused for no reason", counts.rejected],
        ["negative latency", counts.negativeLatency],
        ["handler errors", counts.handlerErrors],
        ["anomalies in the judged history", counts.anomalies],
        ["actions above law L1", counts.overLimit],
      ],
      sum: null,
    },
    {
      title: "Connections",
      parts: [
        ["members joined", joined],
        ["joins failed", joinFailed],
        ["never came back", counts.stranded],
        ["sockets tried", connects],
        ["dropped by the other side", counts.dropped],
        ["resumed", counts.resumed],
        ["replayed messages", counts.replayed],
        ["frames received", counts.frames],
        ["MB received", Math.round(counts.bytes / 1e6)],
      ],
      sum: null,
    },
    ...abuse,
  ];
}

/** Flags that are not 0 are red. */
function block({ title, parts, sum }: Block): string {
  const isFlags = title === "Flags" || title === "Deliveries";
  const rows = parts.map(
    ([name, value]) =>
      `<tr><td>${name}</td><td${isFlags && value > 0 && name !== "delivered" ? ' class="bad-text"' : ""}>${say(value)}</td></tr>`,
  );
  const last = sum === null ? "" : `<tr class="sum"><td>${sum[0]}</td><td>${say(sum[1])}</td></tr>`;
  return `<div><table><tr><th>${title}</th><th></th></tr>${rows.join("")}${last}</table></div>`;
}

const say = (value: number): string => value.toLocaleString("en");

// Who waited longest, and for what: each member's p99, and the slowest deliveries by name. Pure.
import { quantile } from "../lib/histogram.ts";
import type { Delivery } from "../lib/slowest.ts";
import { figure } from "./charts.ts";
import { row, section, table } from "./report-page.ts";
import type { RunResult } from "./result.ts";
import { duration, linearAxis, logAxis, whole } from "./scales.ts";

const nameOf = (member: number): string => `m${member}`;

/** Nothing where no delivery was timed. */
export function membersSection(result: RunResult): string {
  const { histograms, slowestMembers } = result;
  const times = histograms.memberP99;
  if (times.count === 0) return "";
  const middle = quantile(times, 0.5);
  const lead = `The p99 of each of ${whole(times.count)} members: half of them have at most ${duration(middle)}, the one that waited longest ${duration(times.max)}.`;
  const rows = slowestMembers.map(({ member, p99Ms, timed }) =>
    row([nameOf(member), duration(p99Ms), `${(p99Ms / middle).toFixed(2)} ×`, whole(timed)]),
  );
  const head = ["waited longest", "its p99", "beside the middle", "deliveries timed"];
  return section("Members", lead, membersChart(result) + table(head, rows));
}

function membersChart({ histograms: { memberP99, latency } }: RunResult): string {
  const { count } = memberP99;
  const steps = Math.min(60, count - 1);
  const places = Array.from({ length: steps + 1 }, (_, i) =>
    Math.round(1 + (steps === 0 ? 0 : ((count - 1) * i) / steps)),
  );
  const points = places.map((place) => {
    const y = quantile(memberP99, place / count);
    return { x: place, y, says: `member ${place} of ${count}: p99 ${duration(y)}` };
  });
  const all = quantile(latency, 0.99);
  const x = linearAxis("members, sorted by their p99", [count], whole, 1);
  return figure({
    title: "p99 of each member, sorted",
    x: { ...x, max: Math.max(2, count), ticks: x.ticks.filter(({ at }) => at <= count) },
    y: logAxis("", [...points.map(({ y }) => y), all], duration),
    series: [
      { name: "p99 of a member", tone: "one", kind: count < 3 ? "dots" : "line", points },
      ...(count < 3 || count > 60 ? [] : [{ name: "", tone: "one", kind: "dots", points } as const]),
    ],
    marks: [{ axis: "y", at: all, label: `p99 of all deliveries ${duration(all)}`, tone: "quiet" }],
    height: 200,
  });
}

const LEAD =
  "Each message once, as the member got it that got it last of those that timed it. Times count from second 0 of the measured window; replays are not among them.";

/** Nothing where no delivery was timed. */
export function slowestSection({ slowest, windowStart }: RunResult): string {
  if (slowest.length === 0) return "";
  const at = (instant: number): string => `${((instant - windowStart) / 1_000).toFixed(3)} s`;
  const rows = slowest.map((delivery) => {
    const { seq, intended, actual, received, member } = delivery;
    const took = duration(received - intended);
    const place = seq === 0 ? "" : whole(seq);
    return row([messageOf(delivery), took, place, at(intended), at(actual), at(received), nameOf(member)]);
  });
  const head = ["message", "took", "seq", "due", "sent", "received", "by"];
  return section("The slowest deliveries", LEAD, table(head, rows));
}

/** Senders are numbered over all rooms; a message is its sender's nth, from 1. */
const messageOf = ({ sender, n }: Delivery): string => `sender ${sender}, no. ${whole(n + 1)}`;

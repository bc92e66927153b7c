// A result as a real run gives it, with the differences that a test wants.
import { NO_TIMES, Times } from "../../../load/lib/histogram.ts";
import { type Histograms, HISTOGRAMS, NO_COUNTS, SCHEMA } from "../../../load/lib/tally.ts";
import type { RunResult } from "../../../load/runner/result.ts";

export const NO_HISTOGRAMS = Object.fromEntries(HISTOGRAMS.map((name) => [name, NO_TIMES])) as Histograms;

/** Of a run whose virtual users all came back, and in which nothing failed. */
export const NO_FAILURES = { reports: [1, 1], failures: [], roomLag: null } as const;

/** `count` times around `middle` ms with a long tail, always the same ones. */
function timesAround(middle: number, count: number): Times["histogram"] {
  const times = new Times();
  for (let i = 0; i < count; i++) {
    const share = (i + 0.5) / count;
    times.add(middle * Math.exp(0.35 * Math.log(share / (1 - share))));
  }
  return times.histogram;
}

const seconds = (delivered: number): RunResult["seconds"] =>
  Array.from({ length: 10 }, (_, second) => ({
    second,
    delivered: delivered + ((second * 7_919) % 13) * 40,
    sent: delivered / 100,
    lagMaxMs: 0.4 + ((second * 31) % 7) / 5,
    hiccupMaxMs: 1,
    p50Ms: 3,
    p95Ms: 9,
    p99Ms: 15,
    maxMs: 40,
  }));

const usage = (cpu: number, rss: number): RunResult["usage"]["target"] =>
  Array.from({ length: 14 }, (_, second) => ({
    second,
    cpu: second < 2 || second > 12 ? cpu / 8 : cpu * (0.97 + (second % 4) / 80),
    rssMiB: rss + second * 1.5,
  }));

/** Due 2 s into the window, and 40 ms later at the member that got it last. */
const SLOW = {
  sender: 3,
  n: 41,
  seq: 417,
  member: 37,
  intended: Date.parse("2026-11-25T04:30:05.000Z"),
  actual: Date.parse("2026-11-25T04:30:05.002Z"),
  received: Date.parse("2026-11-25T04:30:05.040Z"),
};

/** A VALID fan-out of 100 members at 500 messages a second. */
export function fixture(changes: Partial<RunResult> = {}, p50 = 3.2): RunResult {
  const latency = timesAround(p50, 5_000);
  return {
    schema: SCHEMA,
    scenario: "fanout",
    parameters: {
      CHAT_MEMBERS: 100,
      CHAT_RATE: 500,
      CHAT_SIZE: 100,
      CHAT_PROTOCOL: "classic",
      CHAT_DURATION_S: 10,
    },
    instances: 1,
    counts: {
      ...NO_COUNTS,
      offered: 6_000,
      sent: 6_000,
      accepted: 6_000,
      connects: 100,
      joined: 100,
      expected: 600_000,
      delivered: 600_000,
      frames: 600_200,
      bytes: 108_036_000,
    },
    ...NO_FAILURES,
    planned: { members: 100, users: 2, messages: 6_000 },
    rooms: 1,
    windowMs: 10_000,
    windowStart: Date.parse("2026-11-25T04:30:03.000Z"),
    joining: {
      from: Date.parse("2026-11-25T04:30:00.300Z"),
      until: Date.parse("2026-11-25T04:30:00.500Z"),
    },
    histograms: {
      ...NO_HISTOGRAMS,
      latency,
      response: timesAround(p50 * 0.95, 5_000),
      service: timesAround(p50 * 0.6, 5_000),
      spread: timesAround(p50 / 4, 500),
      lateness: timesAround(0.2, 6_000),
      lag: timesAround(0.15, 6_000),
      join: timesAround(12, 100),
      memberP99: timesAround(p50 * 5, 100),
    },
    seconds: seconds(49_800),
    heat: [0, 1, 2].map((second) => ({
      second,
      rows: [
        [9, 40_000],
        [12, 9_000],
        [18, 3],
      ],
    })),
    slowest: [SLOW],
    slowestMembers: [{ member: 37, p99Ms: 41.5, timed: 6_000 }],
    phases: [],
    engine: { name: "node", version: "v24.21.0" },
    target: { kind: "local", url: "ws://127.0.0.1:8787", version: "0.1.0 (17ca0af)" },
    started: "2026-11-25T04:30:00.000Z",
    durationS: 14.2,
    usage: { generator: usage(0.42, 140), target: usage(0.61, 95) },
    ceiling: 160_000,
    verdict: { valid: true, broken: [], reasons: [], limitedBy: "nothing" },
    headline: {
      of: "latency",
      deliveriesPerSecondPerRoom: 50_012,
      p50,
      p95: p50 * 2.8,
      p99: p50 * 5,
      p999: p50 * 11.2,
      serverCpuMicrosPerDelivery: 12.2,
    },
    machine: { cpu: "Example CPU", cores: 2, node: "v24.21.0" },
    environment: {
      kernel: "Linux 6.12.0",
      load: [0.5, 1.25],
      steal: 0.013,
      workerd: "1.20261117.0",
      harness: "0.3.0 (abc1234)",
    },
    pinned: { target: "0", generator: "1" },
    notes: [],
    command: "npm run load -- fanout --members 100 --rate 500",
    ...changes,
  };
}

/** The same run, called off. */
export const voided = (...reasons: string[]): RunResult =>
  fixture({ headline: null, verdict: { valid: false, broken: [], reasons, limitedBy: "generator" } });

import { describe, expect, test } from "vitest";
import { Times } from "../../../load/lib/histogram.ts";
import { findingOf, slopeOf } from "../../../scripts/load/findings.ts";
import type { RunResult } from "../../../scripts/load/result.ts";
import { fixture, voided } from "./fixture.ts";

const { counts, histograms } = fixture();
const timesOf = (...values: readonly number[]) => {
  const times = new Times();
  for (const value of values) times.add(value);
  return times.histogram;
};
const usageOf = (rss: (second: number) => number, seconds: number) =>
  Array.from({ length: seconds }, (_, second) => ({ second, cpu: 0.1, rssMiB: rss(second) }));

const finding = (changes: Partial<RunResult>): string => findingOf(fixture(changes));

describe("what a scenario found", () => {
  test("a storm of joins: how long they took", () => {
    const join = timesOf(...Array.from({ length: 99 }, () => 10), 500);
    expect(
      finding({
        scenario: "join-storm",
        counts: { ...counts, joined: 1_100 },
        histograms: { ...histograms, join },
      }),
    ).toMatch(/^1,100 joins took p50 (9\.\d|10) ms, p99 (9\.\d|10) ms, the slowest 500 ms\.$/);
  });

  test("a storm of comebacks: who came back, and what they got", () => {
    const back = {
      connects: 190,
      joined: 100,
      joinFailed: 0,
      resumed: 89,
      replayed: 4_000,
      missed: 3,
      duplicate: 2,
    };
    expect(finding({ scenario: "reconnect-storm", counts: { ...counts, ...back } })).toMatch(
      /^90 came back, 89 of them resumed: 4,000 messages replayed, 3 missed, 2 doubled; joins and comebacks took p50/,
    );
  });

  test("abuse: what the abuser got, and what the others felt", () => {
    const abused = { abuseSent: 1_000, abuseAccepted: 9, overLimit: 1 };
    expect(finding({ scenario: "abuse", counts: { ...counts, ...abused } })).toMatch(
      /^Of the abuser's 1,000 actions 9 were accepted, 1 above law L1; the others' messages took p50/,
    );
  });

  test("soak: how long waking takes, and how memory grows once the process has its size", () => {
    const wake = timesOf(20);
    const usage = {
      generator: [],
      target: usageOf((second) => 100 + Math.min(second, 20) + second / 100, 60),
    };
    expect(finding({ scenario: "soak", histograms: { ...histograms, wake }, usage })).toMatch(
      /^The room slept before each message; waking took p50 .*\. Its memory went from 100\.0 to 120\.6 MiB, by 36\.0 MiB an hour\.$/,
    );
    const short = { ...usage, target: usage.target.slice(0, 20) };
    expect(finding({ scenario: "soak", histograms: { ...histograms, wake }, usage: short })).not.toContain(
      "MiB",
    );
  });

  test("nothing, where the headline says it all, and of a VOID run", () => {
    expect(finding({ scenario: "fanout" })).toBe("");
    expect(findingOf({ ...voided("lag"), scenario: "soak" })).toBe("");
  });
});

test("memory that one sample tells of does not grow", () => {
  expect(slopeOf(usageOf(() => 5, 1))).toBe(0);
});

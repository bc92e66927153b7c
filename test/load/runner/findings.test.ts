import { describe, expect, test } from "vitest";
import { Times } from "../../../load/lib/histogram.ts";
import { findingOf, growthOf } from "../../../load/runner/findings.ts";
import type { RunResult } from "../../../load/runner/result.ts";
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

  test("jitter: how often members were cut, and what of what they were owed was delivered, never rounded up", () => {
    const cut = { connects: 190, joined: 100, expected: 600_000, delivered: 600_000, replayed: 60_000 };
    const comeback = timesOf(20);
    const said = (more: Partial<RunResult["counts"]>): string =>
      finding({
        scenario: "jitter",
        counts: { ...counts, ...cut, ...more },
        histograms: { ...histograms, comeback },
      });
    expect(said({})).toMatch(
      /^Receivers were cut 90 times in all: 100\.000 % of what members were owed was delivered, 10\.000 % by a replay\. They were live again after p50 20 ms, p99 20 ms\.$/,
    );
    expect(said({ delivered: 599_999, missed: 1 })).toContain(
      "99.999 % of what members were owed was delivered, 10.000 % by a replay; 1 missed while away.",
    );
  });

  test("avalanche: how long until members were live again, who never was, and what was lost", () => {
    const hit = { joined: 98, stranded: 2, dropped: 100, expected: 1_000, delivered: 998, lost: 2 };
    const comeback = timesOf(...Array.from({ length: 98 }, (_, i) => 100 + i * 20));
    const avalanche = (more: Partial<RunResult["counts"]>): string =>
      finding({
        scenario: "avalanche",
        counts: { ...counts, ...hit, ...more },
        histograms: { ...histograms, comeback },
      });
    expect(avalanche({})).toMatch(
      /^The target was killed under 100 members, who lost 100 connections: live again after p50 1\.\d s, p95 [12](\.\d)? s, the last after 2 s; 2 never came back\. 99\.800 % of .* by a replay; 2 lost\.$/,
    );
    expect(avalanche({ stranded: 0 })).toContain("; all came back.");
    expect(avalanche({ dropped: 0 })).toBe("No connection was lost: nobody killed the target.");
  });

  test("abuse: what the abuser got, and what the others felt", () => {
    const abused = { abuseSent: 1_000, abuseAccepted: 9, overLimit: 1 };
    expect(finding({ scenario: "abuse", counts: { ...counts, ...abused } })).toMatch(
      /^Of the abuser's 1,000 actions 9 were accepted, 1 above law L1; the others' messages took p50/,
    );
  });

  test("soak: what a message after a silence takes, and how memory grows once the process has its size", () => {
    const wake = timesOf(20);
    const said = (target: RunResult["usage"]["target"]): string =>
      finding({ scenario: "soak", histograms: { ...histograms, wake }, usage: { generator: [], target } });
    const growing = usageOf((second) => 100 + Math.min(second, 20) + second / 100, 700);
    expect(said(growing)).toMatch(
      /^A message after a silence in which a Durable Object may sleep took p50 .*\. Its memory went from 100\.0 to 127\.0 MiB, by 36\.0 MiB an hour, from 36\.0 to 36\.0 \(95 %\)\.$/,
    );
    // Garbage comes and goes: no slope that a quarter of an hour could tell.
    const noisy = usageOf((second) => 100 + ((Math.floor(second / 40) * 7) % 5), 700);
    expect(said(noisy)).toContain("no growth that could be told from none");
    expect(said(growing.slice(0, 20))).toContain("in so short a time that tells nothing");
    expect(finding({ scenario: "soak" })).toContain("No message came after a silence");
  });

  test("nothing, where the headline says it all, and of a VOID run", () => {
    expect(finding({ scenario: "fanout" })).toBe("");
    expect(findingOf({ ...voided("lag"), scenario: "soak" })).toBe("");
  });
});

test("of memory that few samples tell of there is no growth to tell", () => {
  expect(growthOf(usageOf(() => 5, 18))).toBeNull();
});

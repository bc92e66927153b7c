import { describe, expect, test } from "vitest";
import { compare, incomparable } from "../../../load/runner/compare.ts";
import type { RunResult } from "../../../load/runner/result.ts";
import { fixture, voided } from "./fixture.ts";

const SPREAD = [1, 1.02, 0.98, 1.01, 0.99];
const repeats = (p50: number, changes: Partial<RunResult> = {}): RunResult[] =>
  SPREAD.map((factor) => fixture(changes, p50 * factor));
const outcomes = (a: RunResult[], b: RunResult[]): Record<string, string> =>
  Object.fromEntries(compare(a, b, 0.05).map(({ measure, outcome }) => [measure.name, outcome]));

describe("compare", () => {
  test("finds latency that grew by a fifth, and nothing else", () => {
    expect(outcomes(repeats(3), repeats(3.6))).toEqual({
      "deliveries/s per room": "same",
      p50: "worse",
      p99: "worse",
      "server CPU per delivery": "same",
    });
  });

  test("calls less latency better", () => {
    expect(outcomes(repeats(3), repeats(2.4)).p99).toBe("better");
  });

  test("calls fewer deliveries worse", () => {
    const { headline } = fixture();
    const slow = repeats(3).map((result) =>
      headline === null
        ? result
        : { ...result, headline: { ...headline, deliveriesPerSecondPerRoom: 40_000 } },
    );
    expect(outcomes(repeats(3), slow)["deliveries/s per room"]).toBe("worse");
  });

  test("lets a difference under the tolerance pass, and one that the spread hides", () => {
    expect(outcomes(repeats(3), repeats(3.1)).p99).toBe("same");
    const wild = [1, 3, 0.5, 2, 0.9].map((factor) => fixture({}, 3.3 * factor));
    expect(outcomes(repeats(3), wild).p99).toBe("same");
  });
});

describe("incomparable", () => {
  const base = fixture();
  test.each<[string, Partial<RunResult>, RegExp]>([
    ["engines", { engine: { name: "k6", version: "1.8.1" } }, /^The engine differs \(node and k6\)/],
    ["targets", { target: { ...base.target, kind: "relay" } }, /^The kind of target differs/],
    [
      "shapes",
      { parameters: { ...base.parameters, CHAT_MEMBERS: 200 } },
      /^The CHAT_MEMBERS differs \(100 and 200\)/,
    ],
    ["scenarios", { scenario: "rooms" }, /^The scenario differs/],
    ["machines", { machine: { ...base.machine, cores: 8 } }, /^The machine differs/],
    ["pinning", { pinned: null }, /^The pinning differs/],
  ])("refuses different %s", (_what, changes, sentence) => {
    expect(incomparable(repeats(3), repeats(3, changes))).toMatch(sentence);
  });

  test("refuses too few repeats, and VOID ones", () => {
    expect(incomparable(repeats(3).slice(1), repeats(3))).toMatch(
      /^Compare at least 5 repeats of each \(there are 4 and 5\)/,
    );
    expect(incomparable([...repeats(3), voided("lag")], repeats(3))).toMatch(/^A repeat is VOID \(lag\)/);
  });

  test("ignores the rooms' names and another port", () => {
    const moved = { ...base.parameters, CHAT_RUN: "other", CHAT_TARGET: "ws://127.0.0.1:1" };
    expect(incomparable(repeats(3), repeats(3, { parameters: moved }))).toBeNull();
  });
});

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { COUNTS, HISTOGRAMS } from "../../../load/lib/tally.ts";
import { ROOT } from "../../../tools/command.ts";
import { resultCheck } from "../../../load/runner/result.ts";
import { fixture, voided } from "./fixture.ts";

interface Schema {
  readonly properties: {
    readonly counts: { readonly required: string[] };
    readonly histograms: { readonly required: string[] };
  };
}

const schema = JSON.parse(await readFile(join(ROOT, "load", "result.schema.json"), "utf8")) as Schema;
const validate = await resultCheck();

/** What JSON makes of it, as a file would. */
const written = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("result.schema.json", () => {
  test("accepts a VALID and a VOID result", () => {
    for (const result of [fixture(), voided("too late"), fixture({ ceiling: null, pinned: null })]) {
      expect(validate(written(result)), JSON.stringify(validate.errors)).toBe(true);
    }
  });

  test("wants every count and histogram that a tally has, and no other", () => {
    expect(schema.properties.counts.required.toSorted()).toEqual([...COUNTS].toSorted());
    expect(schema.properties.histograms.required.toSorted()).toEqual([...HISTOGRAMS].toSorted());
  });

  test.each([
    ["a VOID run with a headline", { ...voided("late"), headline: fixture().headline }],
    ["a VOID run without a reason", voided()],
    ["a negative count", fixture({ counts: { ...fixture().counts, lost: -1 } })],
    ["another version", { ...fixture(), schema: "edge-chat-load/0" }],
    ["an unknown engine", fixture({ engine: { name: "jmeter" as "k6", version: "5" } })],
    ["an unknown field", { ...fixture(), extra: 1 }],
    ["a run without what it ran on", { ...fixture(), environment: undefined }],
    ["a phase that nobody knows", { ...fixture(), phases: [{ what: "lunch", from: 1, until: 2 }] }],
    ["no verdict", { ...fixture(), verdict: undefined }],
  ])("refuses %s", (_what, result) => {
    expect(validate(written(result))).toBe(false);
  });
});

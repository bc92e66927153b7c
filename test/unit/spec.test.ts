import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MIN_ADMIN_TOKEN_LENGTH } from "../../src/http/admin-token.ts";
import * as load from "../../src/http/load-token.ts";
import { CLOSE } from "../../src/protocol/messages.ts";
import * as limits from "../../src/protocol/limits.ts";
import { CALL_MS } from "../../src/rate-limit/budget.ts";
import { MAX_HELD, MAX_HOLD_MS, MAX_IDENTITIES, ROOMS_AT_ONCE } from "../../src/rate-limit/upgrades.ts";
import { MAX_WAITING, MAX_WAITING_LENGTH } from "../../src/room/admission.ts";
import { readConfig } from "../../src/room/config.ts";
import {
  MAX_FLUSH_LENGTH,
  MAX_FLUSH_MESSAGES,
  MAX_PENDING,
  MAX_PENDING_LENGTH,
} from "../../src/room/fan-out.ts";
import { MAX_REFUSALS } from "../../src/room/patience.ts";
import { MAX_TYPING_MEMBERS, TYPING_PERIOD_MS } from "../../src/room/typing.ts";

const spec = readFileSync("SPEC.md", "utf8");

/** The rows of the table whose first head cell is this, as cells without backticks. */
function table(head: string): string[][] {
  const lines = spec.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  const end = lines.findIndex((line, i) => i > start && !line.startsWith("|"));
  return lines.slice(start + 2, end).map((line) =>
    line
      .slice(2, -2)
      .split(" | ")
      .map((cell) => cell.replaceAll("`", "").trim()),
  );
}

/** What stands between two marks of a source file: some things are in the types or the parser alone. */
function excerpt(file: string, from: string, to: string): string {
  const source = readFileSync(file, "utf8");
  const start = source.indexOf(from);
  return source.slice(start, source.indexOf(to, start));
}

const rules = [...spec.matchAll(/^\| ([CPDL]\d+) \|/gm)].map(([, id]) => id ?? "");

/** All ids at the start of tests' names, on every floor: faults and browser too. */
const tested = new Set(
  readdirSync("test", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [...readFileSync(join("test", file), "utf8").matchAll(/["'`]((?:\[[CPDL]\d+\] ?)+)/g)])
    .flatMap(([, ids]) => (ids ?? "").match(/[CPDL]\d+/g) ?? []),
);

test("every rule of SPEC.md has a test, every test's rule stands in SPEC.md, and no id is given twice", () => {
  expect(rules.length).toBeGreaterThan(50);
  expect(rules.filter((id) => !tested.has(id))).toEqual([]);
  expect([...tested].filter((id) => !rules.includes(id))).toEqual([]);
  expect(rules.filter((id, i) => rules.indexOf(id) !== i)).toEqual([]);
});

test("every property counts what it reached: it goes through prove", () => {
  const bypassing = readdirSync("test", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .filter((file) => /\bfc\.(assert|check)\(/.test(readFileSync(join("test", file), "utf8")));
  expect(bypassing).toEqual([]);
});

test("the codes of SPEC.md are those of ErrorCode", () => {
  const type = excerpt("src/protocol/messages.ts", "export type ErrorCode", ";");
  const codes = [...type.matchAll(/"([a-z-]+)"/g)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(5);
  expect(table("code").map(([code]) => code)).toEqual(codes);
});

test("the close codes of SPEC.md are those of CLOSE", () => {
  const stated = table("close code").map(([code, name]) => [name, Number(code)]);
  expect(Object.fromEntries(stated)).toEqual(CLOSE);
});

test("the vars of SPEC.md are those of wrangler.toml with their defaults, and the ranges are those that are read", () => {
  const toml = excerpt("wrangler.toml", "[vars]", "\n# A secret");
  const set = [...toml.matchAll(/^([A-Z_]+) = (.*)$/gm)].map(([, name = "", value = ""]) => [name, value]);
  const stated = table("var");
  expect(set.length).toBeGreaterThan(10);
  expect(stated.map(([name, value]) => [name, value])).toEqual(set);
  const vars: Readonly<Record<string, string>> = Object.fromEntries(set);
  for (const [name = "", , range = ""] of stated) {
    const [, least, most] = /^(?:from )?(\d+)(?: to (\d+))?$/.exec(range) ?? [];
    if (least === undefined) continue;
    const read = (value: number): unknown => readConfig({ ...vars, [name]: `${value}` });
    expect(() => read(Number(least)), name).not.toThrow();
    expect(() => read(Number(least) - 1), name).toThrow(name);
    if (most === undefined) continue;
    expect(() => read(Number(most)), name).not.toThrow();
    expect(() => read(Number(most) + 1), name).toThrow(name);
  }
});

test("the fixed limits of SPEC.md are those of the code", () => {
  const flushes = { MAX_FLUSH_MESSAGES, MAX_FLUSH_LENGTH, MAX_PENDING, MAX_PENDING_LENGTH };
  const { MAX_LOAD_PREFIX_LENGTH } = load;
  const others = {
    MAX_TYPING_MEMBERS,
    TYPING_PERIOD_MS,
    CALL_MS,
    MAX_IDENTITIES,
    MAX_HOLD_MS,
    MAX_HELD,
    ROOMS_AT_ONCE,
    MAX_LOAD_PREFIX_LENGTH,
    MAX_WAITING,
    MAX_WAITING_LENGTH,
    MAX_REFUSALS,
    MIN_ADMIN_TOKEN_LENGTH,
  };
  const bounds = Object.entries({ ...limits, ...load, ...flushes, ...others }).filter(
    ([name, value]) => typeof value === "number" && name !== "DELIVERY_PROTOCOL",
  );
  expect(bounds.length).toBeGreaterThan(10);
  expect(Object.fromEntries(table("limit").map(([name, value]) => [name, Number(value)]))).toEqual(
    Object.fromEntries(bounds),
  );
});

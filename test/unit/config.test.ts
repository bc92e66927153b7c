import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isOriginAllowed, parseOrigins } from "../../src/http/origin.ts";
import { readConfig } from "../../src/room/config.ts";
import { parseRoomName } from "../../src/protocol/room-name.ts";

const vars = Object.fromEntries(
  [...readFileSync("wrangler.toml", "utf8").matchAll(/^([A-Z_]+) = "?([^"\n]*)"?$/gm)].map(
    ([, name, value]) => [name, value] as const,
  ),
);

test("[D12] [L1] the vars of wrangler.toml are read whole; joins have a burst of their own", () => {
  const config = readConfig(vars);
  expect(config).toMatchObject({ maxSockets: 5_000, maxSocketsPerIdentity: 50 });
  expect(config.rates).toEqual({
    message: { periodMs: 1_000, burst: 20 },
    join: { periodMs: 1_000, burst: 50 },
  });
});

test.each(["MAX_SOCKETS_PER_ROOM", "SILENCE_MS", "ROSTER_MAX", "RATE_BURST"])(
  "[D12] a missing or senseless %s is refused by its name",
  (name) => {
    for (const value of [undefined, "", "x", "-1", "1.5"]) {
      expect(() => readConfig({ ...vars, [name]: value })).toThrow(name);
    }
  },
);

test.each([
  { name: "MAX_SOCKETS_PER_ROOM", least: 1, most: 32_000 },
  { name: "ROSTER_MAX", least: 0, most: 1_000 },
  { name: "RATE_PERIOD_MS", least: 1, most: 86_400_000 },
  { name: "RATE_BURST", least: 1, most: 1_000_000 },
])("[D12] $name may be from $least to $most", ({ name, least, most }) => {
  for (const value of [least, `${most}`]) readConfig({ ...vars, [name]: value });
  for (const value of [least - 1, `${most + 1}`]) {
    expect(() => readConfig({ ...vars, [name]: value })).toThrow(
      `Set the var ${name} in wrangler.toml to a whole number from ${least} to ${most}.`,
    );
  }
});

test.each([
  { origin: null, allowed: "", is: true },
  { origin: "https://chat.example", allowed: "", is: true },
  { origin: "https://evil.example", allowed: "", is: false },
  { origin: "null", allowed: "", is: false },
  { origin: "https://a.example", allowed: "https://b.example, https://a.example", is: true },
  { origin: "https://a.example.evil", allowed: "https://a.example", is: false },
  { origin: "https://evil.example", allowed: "*", is: true },
])("origin $origin with '$allowed' allowed: $is", ({ origin, allowed, is }) => {
  expect(isOriginAllowed(origin, "https://chat.example", parseOrigins(allowed))).toBe(is);
});

test.each([
  { raw: "lobby", name: "lobby" },
  { raw: "Rose Garden!", name: "rose-garden" },
  { raw: "a__b  c", name: "a-b-c" },
  { raw: "Ｆｕｌｌ", name: "full" },
  { raw: "Кафе", name: "кафе" },
  { raw: "J\u030c", name: "\u01f0" },
  { raw: "x\u0306!\u0316", name: "x\u0316\u0306" },
  { raw: "x".repeat(32), name: "x".repeat(32) },
])("room name $raw is $name", ({ raw, name }) => {
  expect(parseRoomName(raw)).toEqual({ kind: "public", name });
});

test("the id of a private room is 64 lower-case hex digits, and nothing around them", () => {
  const id = "0123456789abcdef".repeat(4);
  expect(parseRoomName(id)).toEqual({ kind: "private", id });
  for (const raw of [`${id}0`, `x${id}`, id.toUpperCase()]) expect(parseRoomName(raw)).toBeNull();
});

test.each(["", "!!!", "---", "x".repeat(33), `${" ".repeat(32)}x`, "\ufdfa\ufdfa"])(
  "room name '%s' is none",
  (raw) => {
    expect(parseRoomName(raw)).toBeNull();
  },
);

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isOriginAllowed } from "../../src/http/origin.ts";
import { readConfig } from "../../src/room/config.ts";
import { parseRoomName } from "../../src/protocol/room-name.ts";

const vars = Object.fromEntries(
  [...readFileSync("wrangler.toml", "utf8").matchAll(/^([A-Z_]+) = "?([^"\n]*)"?$/gm)].map(
    ([, name, value]) => [name, value] as const,
  ),
);

test("[D12] the vars of wrangler.toml are read whole", () => {
  expect(readConfig(vars)).toMatchObject({ rate: { periodMs: 5_000, burst: 5 }, maxSockets: 5_000 });
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
  { origin: null, allowed: "", is: true },
  { origin: "https://chat.example", allowed: "", is: true },
  { origin: "https://evil.example", allowed: "", is: false },
  { origin: "null", allowed: "", is: false },
  { origin: "https://a.example", allowed: "https://b.example, https://a.example", is: true },
  { origin: "https://a.example.evil", allowed: "https://a.example", is: false },
  { origin: "https://evil.example", allowed: "*", is: true },
])("origin $origin with '$allowed' allowed: $is", ({ origin, allowed, is }) => {
  expect(isOriginAllowed(origin, "https://chat.example", allowed)).toBe(is);
});

test.each([
  { raw: "lobby", name: "lobby" },
  { raw: "Rose Garden!", name: "rose-garden" },
  { raw: "a__b  c", name: "a-b-c" },
  { raw: "Ｆｕｌｌ", name: "full" },
  { raw: "Кафе", name: "кафе" },
])("room name $raw is $name", ({ raw, name }) => {
  expect(parseRoomName(raw)).toEqual({ kind: "public", name });
});

test.each(["", "!!!", "---", "x".repeat(33)])("room name '%s' is none", (raw) => {
  expect(parseRoomName(raw)).toBeNull();
});

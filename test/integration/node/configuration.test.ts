// What start, deploy and uninstall take from wrangler.toml, and what they refuse before anything runs.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkVars, type Configuration, readConfiguration } from "../../../tools/configuration.ts";
import { uninstallOf } from "../../../tools/uninstall-config.ts";

test("[C27] invocation logs are off: the URL of each request would name a private room", () => {
  const toml = readFileSync("wrangler.toml", "utf8");
  expect(toml).toMatch(/\n\[observability\.logs\]\ninvocation_logs = false\n/);
});

test("the vars of wrangler.toml make sense, and so does each that is set above them", async () => {
  const configuration = await readConfiguration();
  expect(() => checkVars(configuration)).not.toThrow();
  const secrets = { ADMIN_TOKEN: "x".repeat(20), LOAD_TOKEN_SECRET: "x".repeat(32) };
  expect(() => checkVars(configuration, { RATE_BURST: "50", ...secrets })).not.toThrow();
});

test.each([
  { set: { RATE_BURSTS: "5" }, says: "There is no var RATE_BURSTS; there are RATE_PERIOD_MS, RATE_BURST," },
  { set: { RATE_BURST: "many" }, says: "Set the var RATE_BURST in wrangler.toml to a whole number from 1" },
  { set: { RATE_BURST: "0" }, says: "Set the var RATE_BURST in wrangler.toml to a whole number from 1" },
  { set: { RATE_BURST: "" }, says: "Set the var RATE_BURST in wrangler.toml to a whole number from 1" },
  {
    set: { ALLOWED_ORIGINS: "chat.example" },
    says: "ALLOWED_ORIGINS lists chat.example; list origins such as",
  },
])("[C11] a var that makes no sense is refused, as $set", async ({ set, says }) => {
  const configuration = await readConfiguration();
  expect(() => checkVars(configuration, set)).toThrow(says);
});

test.each([
  {
    set: { ADMIN_TOKEN: "x".repeat(19) },
    says: "Set ADMIN_TOKEN to 20 characters or more: openssl rand -hex 20 makes",
  },
  { set: { ADMIN_TOKEN: "" }, says: "Set ADMIN_TOKEN to 20 characters or more" },
  {
    set: { LOAD_TOKEN_SECRET: "x".repeat(31) },
    says: "Set LOAD_TOKEN_SECRET to 32 characters or more: openssl rand -hex 32 makes some.",
  },
])(
  "[C12] [C22] a secret that is too short is refused: the Worker would take it for none, as $set",
  async ({ set, says }) => {
    const configuration = await readConfiguration();
    expect(() => checkVars(configuration, set)).toThrow(says);
  },
);

test("[C12] a secret that is too short is refused where wrangler.toml has it among its vars, too", async () => {
  const { vars } = await readConfiguration();
  expect(() => checkVars({ vars: { ...vars, ADMIN_TOKEN: "short" } })).toThrow("Set ADMIN_TOKEN to 20");
});

const DEPLOYED: Configuration = {
  name: "our-chat",
  compatibility_date: "2026-11-01",
  compatibility_flags: [],
  vars: {},
  durable_objects: { bindings: [{ name: "ROOMS", class_name: "ChatRoom" }] },
  migrations: [{ tag: "v1", new_sqlite_classes: ["ChatRoom"] }],
};

test("uninstalling deletes the Worker that wrangler.toml names, with every class of it, behind its own migrations", () => {
  const { name, json } = uninstallOf(DEPLOYED);
  expect(name).toBe("our-chat");
  expect(JSON.parse(json)).toEqual({
    name: "our-chat",
    main: "empty.js",
    compatibility_date: "2026-11-01",
    migrations: [
      { tag: "v1", new_sqlite_classes: ["ChatRoom"] },
      { tag: "uninstall", deleted_classes: ["ChatRoom"] },
    ],
  });
});

test("uninstalling refuses a wrangler.toml without a name", () => {
  const { name: _, ...nameless } = DEPLOYED;
  expect(() => uninstallOf(nameless)).toThrow("restore it and try again");
});

// What wrangler.toml and package.json say twice, or say to Cloudflare alone: the two Workers, their secrets, traces, the button.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../../tools/command.ts";
import { checkVars, environmentOf, readConfiguration, SECRETS } from "../../../tools/configuration.ts";
import { uninstallOf } from "../../../tools/uninstall-config.ts";

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const above = await readConfiguration();
const staging = await readConfiguration("wrangler.toml", "staging");

test("staging is the same Worker under another name, with rooms and limiters of its own", () => {
  expect([above.name, staging.name]).toEqual(["edge-chat", "edge-chat-staging"]);
  // Their values may differ: an operator changes them there.
  expect(Object.keys(staging.vars)).toEqual(Object.keys(above.vars));
  expect(staging.durable_objects).toEqual(above.durable_objects);
  expect(staging.migrations).toEqual(above.migrations);
  expect(staging.compatibility_flags).toEqual(above.compatibility_flags);
  expect(() => checkVars(staging)).not.toThrow();
});

test("[C27] traces are off where private rooms are, and invocation logs are off everywhere", () => {
  expect(above.observability).toMatchObject({ logs: { invocation_logs: false }, traces: { enabled: false } });
  expect(staging.observability).toMatchObject({
    logs: { invocation_logs: false },
    traces: { enabled: true, head_sampling_rate: 0.05 },
  });
});

test("uninstalling staging deletes staging, and no other Worker", () => {
  const { name, json } = uninstallOf(staging);
  expect(name).toBe("edge-chat-staging");
  expect(JSON.parse(json)).toMatchObject({ name: "edge-chat-staging" });
});

test.each([
  { given: "", env: "" },
  { given: "staging", env: "staging" },
])("--env takes '$given'", ({ given, env }) => {
  expect(environmentOf(given)).toBe(env);
});

test("--env takes nothing else", () => {
  expect(() => environmentOf("production")).toThrow(
    "--env takes staging; without it the Worker itself is meant.",
  );
});

test("each secret is typed as one that may be unset, and the button tells what it is for", () => {
  const typed = [...read("src/secrets.d.ts").matchAll(/readonly ([A-Z_]+)\?: string;/g)].map(
    ([, name]) => name,
  );
  expect(typed).toEqual(SECRETS);
  const { cloudflare } = JSON.parse(read("package.json")) as {
    readonly cloudflare: { readonly bindings: Readonly<Record<string, { readonly description: string }>> };
  };
  expect(Object.keys(cloudflare.bindings).toSorted()).toEqual(
    [...SECRETS, ...Object.keys(above.vars)].toSorted(),
  );
  for (const { description } of Object.values(cloudflare.bindings)) expect(description).toMatch(/\.$/);
});

test("no example of secrets lies about: the button would demand each of its lines", () => {
  expect([".dev.vars.example", ".env.example"].filter((file) => existsSync(join(ROOT, file)))).toEqual([]);
});

test("no compatibility flag is set that its date has made the default", () => {
  // nodejs_compat is one since 2026-08-04.
  expect(above.compatibility_date && above.compatibility_date >= "2026-08-04").toBe(true);
  expect(above.compatibility_flags).toEqual(["no_web_socket_compression"]);
});

// What is installed may be used: the licences of all packages in the lock file, each with what allows it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../../tools/command.ts";

interface Locked {
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
}

/** They ask for no more than their notice. */
const FREE = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT OR Apache-2.0",
]);

/** They ask for more of somebody who changes or ships them. Here they are used as they are, by tools, and nothing is deployed of them. */
const USED_AS_IT_IS: readonly { readonly license: RegExp; readonly packages: RegExp }[] = [
  // Images in miniflare's emulation, which no test of ours touches.
  { license: /LGPL-3\.0-or-later/, packages: /^@img\/sharp-/ },
  // Chromium's accessibility rules, and the compiler of style sheets that Vite brings.
  { license: /^MPL-2\.0$/, packages: /^(axe-core|lightningcss(-.+)?)$/ },
  // Data on browsers, which StrykerJS's instrumenter brings.
  { license: /^CC-BY-4\.0$/, packages: /^caniuse-lite$/ },
];

const packages = Object.entries(
  (JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as { packages: Record<string, Locked> })
    .packages,
).flatMap(([path, locked]) => {
  const name = path.split("node_modules/").at(-1) ?? "";
  return path === "" ? [] : [{ name, ...locked }];
});

test("every package that is installed has a licence that allows what is done with it", () => {
  expect(packages.length).toBeGreaterThan(200);
  const unknown = packages.filter(
    ({ name, license = "none" }) =>
      !FREE.has(license) &&
      !USED_AS_IT_IS.some((row) => row.license.test(license) && row.packages.test(name)),
  );
  expect(unknown.map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
});

test("nothing but development needs a package: what is deployed has none at run time", () => {
  const deployed = packages.filter(
    ({ dev = false, devOptional = false, optional = false }) => !dev && !devOptional && !optional,
  );
  expect(deployed.map(({ name }) => name)).toEqual([]);
});

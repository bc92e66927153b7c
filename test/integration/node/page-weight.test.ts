// What a visit loads: the page is to stay light, so that it opens at once on a phone in a train.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { buildPage } from "../../../scripts/lib/page.ts";

const MOST = 30_000;
const LOADED = ["index.html", "build/first-paint.js", "build/main.js", "build/style.css", "favicon.svg"];

beforeAll(buildPage);

test("all that a browser loads to show the page is under 30 kB, gzipped", () => {
  const weights = LOADED.map((file) => gzipSync(readFileSync(`public/${file}`)).length);
  console.log(LOADED.map((file, i) => `${file} ${weights[i]}`).join(", "));
  expect(weights.reduce((sum, weight) => sum + weight)).toBeLessThan(MOST);
});

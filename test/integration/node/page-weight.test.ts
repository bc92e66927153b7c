// What a visit loads: the page is to stay light, so that it opens at once on a phone in a train.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const MOST = 30_000;
const LOADED = ["index.html", "build/first-paint.js", "build/main.js", "build/style.css", "favicon.svg"];

/** What is loaded when somebody asks for it, and nothing of it before. */
const LATER = ["build/qr.js"];
const MOST_LATER = 3_000;

const weightOf = (file: string): number => gzipSync(readFileSync(`public/${file}`)).length;

test("all that a browser loads to show the page is under 30 kB, gzipped", () => {
  const weights = LOADED.map(weightOf);
  console.log(LOADED.map((file, i) => `${file} ${weights[i]}`).join(", "));
  expect(weights.reduce((sum, weight) => sum + weight)).toBeLessThan(MOST);
});

test("the QR code's library is in a file of its own, which the page does not load by itself", () => {
  for (const file of LATER) expect(weightOf(file), file).toBeLessThan(MOST_LATER);
  const main = readFileSync("public/build/main.js", "utf8");
  expect([...main.matchAll(/\bimport\b[^;]{0,40}/g)].map(([found]) => found)).toEqual([
    expect.stringMatching(/^import\("\.\/qr\.js"\)/),
  ]);
  // What the code draws with stands in no file that is loaded at first.
  for (const file of LOADED) expect(readFileSync(`public/${file}`, "utf8"), file).not.toContain("h-${");
});

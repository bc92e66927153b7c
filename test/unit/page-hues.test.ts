// Every author's colour as style.css has it: readable as a name on the page, and under the letter of the mark.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const css = readFileSync("src/client/page/style.css", "utf8");
const all = (pattern: RegExp): string[] => [...css.matchAll(pattern)].map(([, value]) => value ?? "");

/** Relative luminance of linear red, green and blue, each held to what a screen can show. */
const luminance = (rgb: readonly number[]): number => {
  const [red = 0, green = 0, blue = 0] = rgb.map((part) => Math.min(1, Math.max(0, part)));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

function ofHex(hex: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return luminance(parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)));
}

/** As CSS Color 4 turns oklch into linear sRGB. */
function ofOklch(lightness: number, chroma: number, hue: number): number {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return luminance([
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]);
}

const contrast = (one: number, other: number): number =>
  (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);

const HUES = Array.from({ length: 15 }, (_, i) => i * 24);
const tones = all(/--tone: ([\d.]+)/g).map(Number);
const [markBase = 0] = all(/oklch\(calc\(([\d.]+) - var\(--tone\)\)/g).map(Number);
const themes = all(/--name: ([\d.]+)/g).map((name, i) => ({
  name: Number(name),
  grounds: [all(/--bg: (#\w{6})/g)[i] ?? "", all(/--raised: (#\w{6})/g)[i] ?? ""],
}));

test("thirty colours, each with a contrast of 4.5 in both themes, at rest and under the pointer", () => {
  expect([tones.length, themes.length, markBase > 0]).toEqual([2, 2, true]);
  const weak = tones.flatMap((tone) =>
    HUES.flatMap((hue) => [
      ...themes.flatMap(({ name, grounds }) =>
        grounds.map((ground) => ({
          what: `name ${hue} ${tone} on ${ground}`,
          is: contrast(ofOklch(name, tone, hue), ofHex(ground)),
        })),
      ),
      { what: `mark ${hue} ${tone}`, is: contrast(ofOklch(markBase - tone, tone, hue), 1) },
    ]),
  );
  expect(weak).toHaveLength(150);
  expect(weak.filter(({ is }) => is < 4.5)).toEqual([]);
});

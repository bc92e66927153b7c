// The QR code of a room's link, as a path: what a scanner looks for is where it has to be.
import { expect, test } from "vitest";
import { pathOf } from "../../src/client/page/qr-path.ts";

/** The modules of a path, row by row: "#" is dark. */
function bitmapOf(text: string): string[] {
  const { size, path } = pathOf(text);
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => "."));
  const runs = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)].map((run) => run.slice(1).map(Number));
  expect(runs.map(([x, y, width, back]) => `M${x} ${y}h${width}v1h-${back}z`).join("")).toBe(path);
  for (const [x = 0, y = 0, width = 0, back] of runs) {
    expect(back).toBe(width);
    for (let i = x; i < x + width; i++) rows[y]?.splice(i, 1, "#");
  }
  return rows.map((row) => row.join(""));
}

const FINDER = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"];
const PRIVATE = `https://edge-chat.example.workers.dev/#${"0123456789abcdef".repeat(4)}`;

test.each(["http://localhost:8787/#lobby", "https://chat.example/#%D0%BA%D0%B0%D1%84%D0%B5", PRIVATE])(
  "the code of %s has its three marks, and an edge that is blank",
  (link) => {
    const rows = bitmapOf(link);
    const size = rows.length;
    const cut = (x: number, y: number): string[] => rows.slice(y, y + 7).map((row) => row.slice(x, x + 7));
    for (const [x, y] of [
      [4, 4],
      [size - 11, 4],
      [4, size - 11],
    ] as const)
      expect(cut(x, y)).toEqual(FINDER);
    const edge = [
      ...rows.slice(0, 4),
      ...rows.slice(-4),
      ...rows.map((row) => row.slice(0, 4) + row.slice(-4)),
    ];
    expect(edge.join("")).not.toContain("#");
  },
);

test("two rooms have two codes, and the code of a private room is fine enough for a phone to read from a screen", () => {
  expect(bitmapOf(PRIVATE)).not.toEqual(bitmapOf(PRIVATE.replace("0", "1")));
  expect(bitmapOf(PRIVATE).length).toBeLessThanOrEqual(60);
});

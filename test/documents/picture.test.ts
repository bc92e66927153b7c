// The moving picture of the README is one: `npm run record:heal` has made it, and readers can load it.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { animationOf, chunksOf } from "../../tools/animation.ts";
import { read } from "./documents.ts";
import { links } from "./markdown.ts";

const MOST_BYTES = 1_500_000;
const PICTURE = "docs/heals.webp";
/** Of a frame, before its picture: place, size, time, and how it is drawn. */
const FRAME_HEAD = 16;
const TIME = 12;

/** A file with one chunk of this name and content, as an encoder makes it. */
function still(name: string, content: string): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content.length);
  const chunk = Buffer.concat([
    Buffer.from(name),
    size,
    Buffer.from(content),
    Buffer.alloc(content.length % 2),
  ]);
  return Buffer.concat([Buffer.from("RIFF"), Buffer.alloc(4), Buffer.from("WEBP"), chunk]);
}

test("an animation has its size, its frames in their order, each for its time, and no chunk that is no picture", () => {
  const file = animationOf(
    [
      { webp: still("VP8 ", "odd"), ms: 200 },
      { webp: still("VP8L", "even"), ms: 70_000 },
      { webp: still("ICCP", "colours"), ms: 1 },
    ],
    300,
    2,
  );
  expect(file.readUInt32LE(4)).toBe(file.length - 8);
  const [canvas, loop, ...frames] = chunksOf(file);
  expect([canvas?.name, loop?.name]).toEqual(["VP8X", "ANIM"]);
  expect([canvas?.data.readUIntLE(4, 3), canvas?.data.readUIntLE(7, 3)]).toEqual([299, 1]);
  expect(frames.map(({ name, data }) => [name, data.readUIntLE(TIME, 3)])).toEqual([
    ["ANMF", 200],
    ["ANMF", 70_000],
    ["ANMF", 1],
  ]);
  const pictures = frames.map(({ data }) =>
    chunksOf(data, FRAME_HEAD).map(({ name, data: content }) => [name, content.toString()]),
  );
  expect(pictures).toEqual([[["VP8 ", "odd"]], [["VP8L", "even"]], []]);
  expect(() => chunksOf(Buffer.from("no picture at all"))).toThrow("no WebP");
});

test("the picture at the head of the README moves, for some seconds, and is no burden", () => {
  expect(links(read("README.md")).map(({ target }) => target)).toContain(PICTURE);
  const file = readFileSync(PICTURE);
  expect(file.length).toBeLessThan(MOST_BYTES);
  const frames = chunksOf(file).filter(({ name }) => name === "ANMF");
  const seconds = frames.reduce((sum, { data }) => sum + data.readUIntLE(TIME, 3), 0) / 1_000;
  expect(frames.length).toBeGreaterThan(10);
  expect(seconds).toBeGreaterThan(5);
  expect(seconds).toBeLessThan(60);
});

import { expect, test } from "vitest";
import { slices } from "../../src/room/fan-out.ts";

test("[P17] a flush is cut into slices for so many members in all, who each get all their frames", () => {
  const few = { to: ["a", "b", "c"], frames: ["1", "2"] };
  const nobody = { to: [], frames: ["3"] };
  const many = { to: ["d", "e", "f", "g"], frames: ["4"] };
  expect(slices([few, nobody, many], 2)).toEqual([
    [{ to: ["a", "b"], frames: few.frames }],
    [
      { to: ["c"], frames: few.frames },
      { to: ["d"], frames: many.frames },
    ],
    [{ to: ["e", "f"], frames: many.frames }],
    [{ to: ["g"], frames: many.frames }],
  ]);
});

test("[P17] a flush that fits is one slice, and one to nobody is none", () => {
  const share = { to: ["a", "b"], frames: ["1"] };
  expect(slices([share], 2)).toEqual([[share]]);
  expect(slices([share], 3)).toEqual([[share]]);
  expect(slices([], 2)).toEqual([]);
  expect(slices([{ to: [], frames: ["1"] }], 2)).toEqual([]);
});

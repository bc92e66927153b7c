import { expect, test } from "vitest";
import { Pages } from "../../src/room/pages.ts";

test("[D12] [P5] of a thousand addresses none is forgotten", () => {
  const pages = new Pages();
  for (let i = 0; i < 20; i++) pages.take("first", 0);
  for (let i = 1; i < 1_000; i++) pages.take(`${i}`, 0);
  expect(pages.take("first", 0)).toBe(250);
});

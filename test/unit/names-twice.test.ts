// What cleaning leaves may stand together as another emoji than before: it has to be clean as well.
import { expect, test } from "vitest";
import { cleanName } from "../../src/protocol/names.ts";

// A filler between a heart and a skin, and a sign of colour behind: without the filler the skin is the heart's, and the sign has no use.
const RAW = "👩\u200d❤\uffa0🏽\ufe0f";

test("[C4] cleaning once is cleaning for good, also where it makes an emoji of two", () => {
  expect(cleanName(RAW)).toBe("👩\u200d❤🏽");
});

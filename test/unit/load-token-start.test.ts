import { expect, test } from "vitest";
import { parseLoadToken } from "../../src/http/load-token.ts";

test.each(["1", "0", " ", "\n", "x", "1.1, "])("[C21] a token with %j before it is none", (before) => {
  const token = `1.1800000000.100.0123456789abcdef.load-.${"A".repeat(43)}`;
  expect(parseLoadToken(token)).not.toBeNull();
  expect(parseLoadToken(before + token)).toBeNull();
});

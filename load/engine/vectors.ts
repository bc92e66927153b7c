// Results of the pure code for fixed inputs, computed on Node and in k6's engine, and compared. Runs in both. parseRoomName is not
// among them, and no script may call it: \p{L} and its like match nothing in k6's engine, without an error.
import { decodeClientFrame, decodeHello, encodeEvents, wellFormed } from "../../src/protocol/codec.ts";
import { decodeServerFrame } from "../../src/protocol/server-frames.ts";
import { vectorsOfLoad } from "./vectors-of-load.ts";

const events = [1, 2].map((seq) => ({
  seq,
  name: "ann",
  message: `äöü ${seq} \u{1F600} "quoted"`,
  timestamp: 1_763_900_000_000 + seq,
  author: "a".repeat(22),
  client: "tab",
  counter: seq,
}));

/** Name → anything that JSON can hold. */
export function vectors(): Record<string, unknown> {
  return {
    wellFormed: ["plain", "\u{1F600}", "\uD83D", "a\uDE00b"].map((text) => wellFormed(text)),
    decodeHello: [
      '{"name":"ann"}',
      '{"name":"ann","protocol":1,"key":"0123456789abcdef","client":"t"}',
      "[]",
    ].map((text) => decodeHello(text)),
    decodeClientFrame: decodeClientFrame('{"message":"hi","counter":7}', true),
    encodeEvents: encodeEvents(events),
    decodeServerFrame: decodeServerFrame(encodeEvents(events)),
    ...vectorsOfLoad(),
  };
}

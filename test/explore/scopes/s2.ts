import { type LongScope, SOON } from "../scope.ts";

export const S2: LongScope = {
  name: "S2",
  what: "Two rooms and one identity whose budget moves between them; one call is lost, and either room or the limiter crashes.",
  people: [
    { room: 0, address: "A", protocol: "delivery", isHere: true, says: 2 },
    { room: 1, address: "A", protocol: "delivery", isHere: true, says: 2 },
  ],
  rooms: 2,
  faults: { crash: 1, limiterCrash: 1, lose: 1 },
  notices: [],
  // One at once: whoever got another one from a move, a loss or a crash is over the rate.
  rate: { periodMs: 400, burst: 1 },
  rosterMax: 2,
  slowReaderBytes: 10_000,
  rings: SOON,
  reaches: [
    "lose",
    "crash before a commit",
    "limiterCrash before a commit",
    "the budget was asked back",
    "at rest",
  ],
  short: {
    people: [
      { room: 0, address: "A", protocol: "delivery", isHere: true, says: 1 },
      { room: 1, address: "A", protocol: "delivery", isHere: false, says: 0 },
    ],
    faults: { limiterCrash: 1, lose: 1 },
    reaches: [
      "lose",
      "limiterCrash before a commit",
      "the budget was asked back",
      "a grant was overtaken",
      "the limiter was silent",
      "at rest",
    ],
  },
};

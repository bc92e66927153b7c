import { type LongScope, SOON } from "../scope.ts";

export const S6: LongScope = {
  name: "S6",
  what: "Two rooms and one identity whose budget moves; one call comes twice, or time passes while one is under way.",
  people: [
    { room: 0, address: "A", protocol: "delivery", isHere: true, says: 2 },
    { room: 1, address: "A", protocol: "delivery", isHere: true, says: 1 },
  ],
  rooms: 2,
  faults: { double: 1, late: 1 },
  notices: [],
  rate: { periodMs: 400, burst: 1 },
  rosterMax: 2,
  slowReaderBytes: 10_000,
  rings: SOON,
  reaches: ["double", "late", "a grant was overtaken", "refused", "at rest"],
  short: {
    people: [
      { room: 0, address: "A", protocol: "delivery", isHere: true, says: 1 },
      { room: 1, address: "A", protocol: "delivery", isHere: true, says: 0 },
    ],
    reaches: ["double", "late", "the budget was asked back", "at rest"],
  },
};

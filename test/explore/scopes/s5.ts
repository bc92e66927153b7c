import { AMPLE, type LongScope, SOON } from "../scope.ts";

export const S5: LongScope = {
  name: "S5",
  what: "A flush under way while one joins, one reads too slowly, and one is cut off.",
  people: [
    { room: 0, address: "A", protocol: "delivery", isHere: true, says: 2 },
    { room: 0, address: "B", protocol: "classic", isHere: true, says: 0 },
    { room: 0, address: "B", protocol: "delivery", isHere: false, says: 1 },
  ],
  rooms: 1,
  faults: { cut: 1 },
  // "client": the room does not hear of it, and goes on sending to a link that takes nothing.
  notices: ["both", "client"],
  rate: AMPLE,
  rosterMax: 3,
  // One message to a link that takes nothing is too much.
  slowReaderBytes: 100,
  rings: SOON,
  reaches: ["cut", "a join between slices", "a close between slices", "a slow reader was closed", "at rest"],
  short: {
    people: [
      { room: 0, address: "A", protocol: "delivery", isHere: true, says: 1 },
      { room: 0, address: "B", protocol: "delivery", isHere: false, says: 0 },
    ],
    notices: ["client"],
    reaches: [
      "cut",
      "a join between slices",
      "a close between slices",
      "a slow reader was closed",
      "at rest",
    ],
  },
};

import { AMPLE, type LongScope, SOON } from "../scope.ts";

export const S1: LongScope = {
  name: "S1",
  what: "One room, two delivery clients with two messages each; one crash and one cut, anywhere.",
  people: [
    { room: 0, address: "A", protocol: "delivery", isHere: true, says: 2 },
    { room: 0, address: "B", protocol: "delivery", isHere: true, says: 2 },
  ],
  rooms: 1,
  faults: { crash: 1, cut: 1 },
  notices: ["both"],
  rate: AMPLE,
  rosterMax: 2,
  slowReaderBytes: 10_000,
  rings: SOON,
  reaches: [
    "crash before a commit",
    "crash after a commit",
    "resumed",
    "several messages in a flush",
    "at rest",
  ],
  short: {
    people: [
      { room: 0, address: "A", protocol: "delivery", isHere: true, says: 2 },
      { room: 0, address: "B", protocol: "delivery", isHere: true, says: 0 },
    ],
    faults: { crash: 1 },
  },
};

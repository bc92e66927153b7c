import { AMPLE, type LongScope, SOON } from "../scope.ts";

export const S4: LongScope = {
  name: "S4",
  what: "Three members where rosters have room for one and two for counts only; two close while the room sleeps, one comes.",
  people: [
    { room: 0, address: "A", protocol: "delivery", isHere: true, says: 1 },
    { room: 0, address: "B", protocol: "delivery", isHere: true, says: 0, leaves: true },
    { room: 0, address: "B", protocol: "delivery", isHere: true, says: 0, leaves: true },
    { room: 0, address: "A", protocol: "delivery", isHere: false, says: 0 },
  ],
  rooms: 1,
  faults: { evict: 2 },
  notices: [],
  rate: AMPLE,
  // The bound of the core is ROSTER_MAX, a var: one member is as good as a hundred.
  rosterMax: 1,
  slowReaderBytes: 10_000,
  rings: SOON,
  reaches: ["evict", "several closes asleep", "at rest"],
  short: {
    people: [
      { room: 0, address: "A", protocol: "delivery", isHere: true, says: 0 },
      { room: 0, address: "B", protocol: "delivery", isHere: true, says: 0, leaves: true },
      { room: 0, address: "B", protocol: "delivery", isHere: true, says: 0, leaves: true },
      { room: 0, address: "A", protocol: "delivery", isHere: false, says: 0 },
    ],
    faults: { evict: 1 },
  },
};

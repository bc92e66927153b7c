import { AMPLE, type LongScope, SOON } from "../scope.ts";

export const S3: LongScope = {
  name: "S3",
  what: "A classic member beside a delivery one; one commit fails, and one message frame comes twice.",
  people: [
    { room: 0, address: "A", protocol: "classic", isHere: true, says: 2 },
    { room: 0, address: "B", protocol: "delivery", isHere: true, says: 2 },
  ],
  rooms: 1,
  faults: { commit: 1, repeat: 1 },
  notices: [],
  rate: AMPLE,
  rosterMax: 2,
  slowReaderBytes: 10_000,
  rings: SOON,
  reaches: ["commit", "repeat", "resumed", "at rest"],
  short: {
    people: [
      { room: 0, address: "A", protocol: "classic", isHere: true, says: 1 },
      { room: 0, address: "B", protocol: "delivery", isHere: true, says: 1 },
    ],
  },
};

// Small scopes that begin late: a flush is under way, somebody is cut off, a room has crashed or sleeps.
import { ARRIVED, RESTED, type Scope } from "../scope.ts";
import { COMMON, HERE, said, says } from "./starts.ts";

export const LATE_ROOMS: readonly Scope[] = [
  {
    ...COMMON,
    name: "S15",
    what: "Two classic members; while something is told that one has said, it has said more, and goes.",
    people: [
      { ...HERE, protocol: "classic", says: 2, leaves: true },
      { ...HERE, protocol: "classic", address: "B", says: 1 },
    ],
    before: [...said(0), ...said(0), "p0 goes", "p0#1>room closes", "close of"],
    reaches: ["a close between slices", "at rest"],
  },
  {
    ...COMMON,
    name: "S16",
    what: "Two have come, and one of them is gone; the others have heard of neither.",
    people: [HERE, { ...HERE, address: "B", isHere: false, leaves: true }, { ...HERE, isHere: false }],
    before: ["p1 comes", ARRIVED, "p2 comes", ARRIVED, "p1 goes", "p1#1>room closes", "close of"],
    reaches: ["at rest"],
  },
  {
    ...COMMON,
    name: "S17",
    what: "Somebody was cut off while what it had said waits to be told, and comes back.",
    people: [
      { ...HERE, says: 2 },
      { ...HERE, address: "B", says: 1 },
    ],
    before: [...said(1), ...said(0), ARRIVED, "p0 is cut off", "p0#1 is cut>client"],
    faults: { cut: 1 },
    notices: ["client"],
    reaches: ["resumed", "at rest"],
  },
  {
    ...COMMON,
    name: "S18",
    what: "A room crashed when it had written what was said, and before it told anybody.",
    people: [
      { ...HERE, says: 2 },
      { ...HERE, address: "B" },
    ],
    before: [...said(0), "commit of room 0", "room 0 crashes", ARRIVED],
    faults: { crash: 1 },
    reaches: ["resumed", "at rest"],
  },
  {
    ...COMMON,
    name: "S19",
    what: "A room has crashed, and all are back: a delivery member and a classic one.",
    people: [
      { ...HERE, says: 2 },
      { ...HERE, protocol: "classic", address: "B", says: 1 },
    ],
    before: [says(0), RESTED, "room 0 crashes", RESTED],
    faults: { crash: 1, repeat: 1 },
    reaches: ["repeat", "at rest"],
  },
  {
    ...COMMON,
    name: "S20",
    what: "While something is told, its author has said more, and says more still.",
    people: [{ ...HERE, says: 5 }],
    before: [...said(0), ...said(0), ...said(0)],
    reaches: ["several messages in a flush", "at rest"],
  },
  {
    ...COMMON,
    name: "S21",
    what: "A room sleeps that told its members only how many they are, and all but one have gone.",
    people: [HERE, { ...HERE, address: "B", leaves: true }, { ...HERE, address: "B", leaves: true }],
    before: ["room 0 sleeps", "p1 goes", "p2 goes", "p1#1>room closes", "p2#1>room closes"],
    faults: { evict: 1 },
    rosterMax: 1,
    reaches: ["several closes asleep", "at rest"],
  },
  {
    ...COMMON,
    name: "S22",
    what: "Somebody has come who is one too many to be named, and the others have not heard of it; anybody may go.",
    people: [
      { ...HERE, leaves: true },
      { ...HERE, address: "B", isHere: false, leaves: true },
    ],
    before: ["p1 comes", ARRIVED],
    rosterMax: 1,
    reaches: ["at rest"],
  },
];

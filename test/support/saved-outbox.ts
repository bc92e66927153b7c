// An outbox as a client leaves it: one message under way, one refused for now, one that failed for good.
import type { SavedOutbox } from "../../src/client/outbox.ts";

export const OUTBOX: SavedOutbox = {
  items: [
    { id: "1", message: "one", state: "pending" },
    { id: "2", message: "two", state: "waiting" },
    { id: "3", message: "three", state: "failed", code: "message-too-long" },
  ],
  epoch: "e",
  counter: 4,
};

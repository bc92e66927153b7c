// What a room is made of, for those of its parts that need all the others.
import type { Admission } from "./admission.ts";
import type { RoomConfig } from "./config.ts";
import type { Effects } from "./effects.ts";
import type { Membership } from "./membership.ts";
import type { LogReader } from "./message-log.ts";
import type { Sequence } from "./sequence.ts";

export interface RoomParts {
  readonly config: RoomConfig;
  readonly log: LogReader;
  readonly effects: Effects;
  readonly sequence: Sequence;
  readonly membership: Membership;
  readonly admission: Admission;
}

// Bounds that both ends of the wire rely on. Bounds that an operator may change are `vars` (src/room/config.ts).

/** UTF-16 code units in a name, as in the demo. */
export const MAX_NAME_LENGTH = 32;
/** UTF-16 code units in a message of a classic client, as in the demo; and of any, where a room's welcome states no other bound. */
export const MAX_CLASSIC_MESSAGE_LENGTH = 256;
/** UTF-16 code units that an operator may allow in a message of a delivery client. */
export const MOST_MESSAGE_LENGTH = 2_000;
/** UTF-16 code units in a public room's name. */
export const MAX_ROOM_NAME_LENGTH = 32;
/**
 * UTF-16 code units in one frame from a client. A message of MOST_MESSAGE_LENGTH fits, also where JSON spells each of its units
 * with six: how an encoder escapes decides nothing.
 */
export const MAX_CLIENT_FRAME_LENGTH = 16_384;
/** Messages sent to a client that joins without resuming, as in the demo. */
export const BACKLOG = 100;
/** Messages in one page of history, and in one frame of a replay. */
export const MAX_PAGE = 100;
/** Messages replayed to a client that resumes; what is older becomes an explicit gap. */
export const MAX_REPLAY = 1_000;
/** Units of the frames of a replay, but for its newest one; what is older becomes a gap, too. At most 2 MiB in UTF-8. */
export const MAX_REPLAY_LENGTH = 699_050;
/** A secret key: long enough that nobody guesses it. */
export const MIN_KEY_LENGTH = 16;
export const MAX_KEY_LENGTH = 128;
/** A client tag tells apart the tabs and devices that share one key. */
export const MAX_CLIENT_TAG_LENGTH = 32;

/** The version of the delivery protocol, as the `protocol` field of the first frame. */
export const DELIVERY_PROTOCOL = 1;
/** Sent as text by a delivery client; the runtime answers `PONG` without waking the room. */
export const PING = "ping";
export const PONG = "pong";

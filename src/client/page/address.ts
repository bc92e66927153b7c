// What stands behind the # of an address, or in the room field: a room, perhaps one of its messages, or a damaged link.
import { MAX_ROOM_NAME_LENGTH } from "../../protocol/limits.ts";
import { parseRoomName } from "../../protocol/room-name.ts";

export interface RoomPlace {
  readonly kind: "room";
  /** As the server calls it: a normalised name, or a private room's id. */
  readonly room: string;
  readonly isPrivate: boolean;
  /** The message that a link leads to. */
  readonly seq: number | null;
}

export type Address =
  | { readonly kind: "none" }
  | RoomPlace
  /** `why` is a sentence for whoever came by this link. */
  | { readonly kind: "damaged"; readonly why: string };

/** Units of a fragment that are looked at: more than any name has, with all the signs around it. */
const MOST_UNITS = 1_000;
/** So many hex digits and nothing else are a piece of a private room's id; as a name they would give the secret away. */
const PIECE_OF_ID = /^[0-9a-f]{20,}$/i;
const DAMAGED_ID =
  "This link to a private room is damaged: a piece is missing, or too much. Ask for it again.";
const NO_NAME = "A room's name needs a letter or a digit.";
const TOO_LONG = `A room's name has at most ${MAX_ROOM_NAME_LENGTH} characters.`;
const NO_ROOM = "This link leads to no room: what stands behind # is missing.";

/** Reads the fragment of an address, as mails and messages leave it: with punctuation or a query behind it. */
export function parseFragment(fragment: string): Address {
  let text: string;
  try {
    text = decodeURIComponent(fragment.replace(/^#/, ""));
  } catch {
    return { kind: "damaged", why: "This link is damaged. Ask for it again, or enter the room's name." };
  }
  const bare = text
    .trim()
    .replace(/[?&].*$/su, "")
    // The pattern below would take quadratic time on a million dots.
    .slice(0, MOST_UNITS)
    .replace(/^[(<[{"'«“‘]+|[.,;:!)>\]}"'»”’…]+$/gu, "");
  const [, place = "", seq] = /^(.*?)(?:\/(\d{1,15}))?$/su.exec(bare) ?? [];
  return place === "" ? { kind: "none" } : placeOf(place, seq === undefined ? null : Number(seq));
}

/** Reads what somebody typed or pasted as a room: its name, its id, or a whole link. */
export function parseRoomField(text: string): Address {
  const typed = text.trim();
  if (typed.includes("#")) return parseFragment(typed.slice(typed.lastIndexOf("#")));
  if (/^https?:\/\//i.test(typed)) return { kind: "damaged", why: NO_ROOM };
  return typed === "" ? { kind: "none" } : placeOf(typed, null);
}

/** The fragment that leads to a room, or to one of its messages. */
export const fragmentOf = (room: string, seq: number | null = null): string =>
  `#${encodeURIComponent(room)}${seq === null ? "" : `/${seq}`}`;

function placeOf(text: string, seq: number | null): Address {
  const id = text.toLowerCase();
  if (PIECE_OF_ID.test(id)) {
    return id.length === 64
      ? { kind: "room", room: id, isPrivate: true, seq }
      : { kind: "damaged", why: DAMAGED_ID };
  }
  const address = parseRoomName(text);
  if (address?.kind === "public") return { kind: "room", room: address.name, isPrivate: false, seq };
  if (/[0-9a-f]{20}/i.test(text)) return { kind: "damaged", why: DAMAGED_ID };
  return { kind: "damaged", why: text.length > MAX_ROOM_NAME_LENGTH ? TOO_LONG : NO_NAME };
}

// The one normaliser of room names, used by the Worker and by the page. Decides what a room is called, not who may enter.
import { MAX_ROOM_NAME_LENGTH } from "./limits.ts";
import { withoutUnseen } from "./names.ts";

export type RoomAddress =
  | { readonly kind: "private"; readonly id: string }
  | { readonly kind: "public"; readonly name: string };

/**
 * Reads a room's name as a person or a URL wrote it. 64 lower-case hex digits are a private room's id; anything
 * else of 1 to 32 UTF-16 units is a public name: compatibility-normalised, lower case, blanks and underscores as
 * "-", other punctuation and what draws nothing dropped. Returns null for what is too long, or has no letter or digit
 * of any script.
 */
export function parseRoomName(raw: string): RoomAddress | null {
  if (/^[0-9a-f]{64}$/.test(raw)) return { kind: "private", id: raw };
  if (raw.length > MAX_ROOM_NAME_LENGTH) return null;
  const name = withoutUnseen(raw.normalize("NFKC"))
    .toLowerCase()
    .replace(/[\s_]/gu, "-")
    .replace(/[^\p{L}\p{N}\p{M}-]/gu, "")
    .replace(/-+/g, "-")
    .replace(/^-|-$/g, "")
    // Once more: letters and marks that lower case or a dropped character brought together compose, or change places.
    .normalize("NFKC");
  return /[\p{L}\p{N}]/u.test(name) && name.length <= MAX_ROOM_NAME_LENGTH ? { kind: "public", name } : null;
}

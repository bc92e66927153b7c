// Where a member of a load run goes, and as whom: room, headers and protocol by its number.
import { LOAD_TOKEN_HEADER, LOAD_USER_HEADER } from "../../src/protocol/load.ts";
import { membersOf, type Parameters, type Protocol } from "./parameters.ts";

const roomName = (run: string, room: number | string): string => `load-${run}-${room}`;

export const urlOf = ({ target }: Parameters, run: string, room: number | string): string =>
  `${target}/api/room/${roomName(run, room)}/websocket`;

/** In `both`, rooms take turns. */
export const protocolOf = (protocol: Protocol, room: number): "classic" | "delivery" =>
  protocol === "both" ? (room % 2 === 0 ? "classic" : "delivery") : protocol;

/** Whether a room is the one whose senders' history is judged (witness.ts): the first that speaks the delivery protocol. */
export const isWitnessed = (protocol: Protocol, room: number): boolean =>
  protocolOf(protocol, room) === "delivery" && room === (protocol === "both" ? 1 : 0);

/**
 * An address for each household and run, so that each has a budget of its own that no earlier run has spent. A local target
 * takes the word of whoever connects for it; a deployed one needs a token, which does the same under a signature.
 */
export function addressOf(run: string, index: number): string {
  let hash = 0x811c9dc5;
  for (const unit of run) hash = Math.imul(hash ^ unit.charCodeAt(0), 0x01000193);
  const groups = [hash >>> 16, hash & 0xffff, index & 0xffff];
  return `fd00:${groups.map((group) => group.toString(16)).join(":")}::1`;
}

/** Members of a room that share an address, where there is no limit to share. */
export const MANY_PER_ADDRESS = 100;

/** The address of a member by its number: `perAddress` members of a room share one, and no two rooms do. */
export function householdOf(parameters: Parameters, index: number): number {
  const { perAddress } = parameters;
  const inRoom = membersOf(parameters);
  const room = Math.floor(index / inRoom);
  return room * Math.ceil(inRoom / perAddress) + Math.floor((index - room * inRoom) / perAddress);
}

/** Who a member is for the rate limiter. */
export function headersOf(parameters: Parameters, run: string, index: number): Record<string, string> {
  const { token } = parameters;
  return token === ""
    ? { "CF-Connecting-IP": addressOf(run, householdOf(parameters, index)) }
    : { [LOAD_TOKEN_HEADER]: token, [LOAD_USER_HEADER]: `${index}` };
}

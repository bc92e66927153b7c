// One connection's state, and what of it survives hibernation in the socket's attachment (at most 16,384 bytes).
import { isCount, isFields } from "../protocol/fields.ts";
import type { Hello } from "../protocol/messages.ts";
import { NEW_PATIENCE, type Patience } from "./patience.ts";
import { NEVER_TOLD, type Told } from "./typing.ts";

/** What a joined connection is to others. `client` is null for a classic one. */
export interface Joined {
  readonly name: string;
  readonly author: string;
  readonly client: string | null;
}

/** What a connection does that is limited. */
export type Action =
  | { readonly kind: "join"; readonly hello: Hello; readonly author: string }
  | { readonly kind: "message"; readonly message: string; readonly counter: number };

export interface Session {
  readonly connection: string;
  /** Whose budget its actions take from. */
  readonly identity: string;
  /** Place in the room's order of arrival: rosters list by it, also after a wake. */
  readonly order: number;
  /** The instant from which it has time to say its name, and to be heard. */
  since: number;
  joined: Joined | null;
  /** The highest counter admitted of this author and client tag, also when the log has forgotten it by age (D9). */
  counter: number;
  /** Whether a delivery member was told who is here, rather than how many. */
  hasRoster: boolean;
  /** Place in the order of joins since the room woke: a classic member has heard what happened before. */
  place: number;
  /** What is below is not kept: it is empty whenever the room may hibernate, or a debt that is paid off by then. */
  readonly waiting: Action[];
  patience: Patience;
  /** How lately the others were told that it types. */
  typing: Told;
}

export function newSession(connection: string, identity: string, order: number, since: number): Session {
  return {
    connection,
    identity,
    order,
    since,
    joined: null,
    counter: 0,
    hasRoster: true,
    place: 0,
    waiting: [],
    patience: NEW_PATIENCE,
    typing: NEVER_TOLD,
  };
}

/** The attachment of a session: plain data, versioned. */
export interface Attachment extends Pick<
  Session,
  "connection" | "identity" | "order" | "since" | "joined" | "counter" | "hasRoster"
> {
  readonly v: 2;
}

export function toAttachment(session: Session): Attachment {
  const { connection, identity, order, since, joined, counter, hasRoster } = session;
  return { v: 2, connection, identity, order, since, joined, counter, hasRoster };
}

/**
 * The session of an attachment, or null where it is none of ours (a closed connection's is null). No client reaches what is
 * kept, but it may be damaged: a session of which a field is no such thing would damage what the others are told.
 */
export function fromAttachment(value: unknown): Session | null {
  if (!isFields(value) || (value.v !== 1 && value.v !== 2)) return null;
  const { connection, identity, order, joined, counter } = value;
  // Version 1 called it so; what it held of the rate limit besides is in the ledger now.
  const since = value.v === 1 ? value.accepted : value.since;
  const hasRoster = value.v === 1 || value.hasRoster;
  if (typeof connection !== "string" || typeof identity !== "string" || typeof hasRoster !== "boolean")
    return null;
  if (!isCount(order) || !isCount(since) || !isCount(counter)) return null;
  if (joined !== null && !isJoined(joined)) return null;
  return { ...newSession(connection, identity, order, since), joined, counter, hasRoster };
}

function isJoined(value: unknown): value is Joined {
  if (!isFields(value)) return false;
  const { name, author, client } = value;
  return (
    typeof name === "string" && typeof author === "string" && (client === null || typeof client === "string")
  );
}

export const isDelivery = (session: Session): boolean =>
  session.joined !== null && session.joined.client !== null;

/** Whether the next frame of this connection is its first. Nothing waits before its join does. */
export const awaitsHello = ({ joined, waiting }: Session): boolean => joined === null && waiting.length === 0;

/** Whether the next frame is read as the delivery protocol's. */
export function speaksDelivery(session: Session): boolean {
  if (session.joined !== null) return session.joined.client !== null;
  return session.waiting.some((item) => item.kind === "join" && item.hello.delivery !== null);
}

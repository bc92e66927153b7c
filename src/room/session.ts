// One connection's state, and what of it survives hibernation in the socket's attachment (at most 16,384 bytes).
import { type Budget, FULL } from "../rate-limit/gcra.ts";
import type { Hello } from "../protocol/messages.ts";

/** A permission of the limiter to accept one action ahead of asking. Instants are of the room's clock. */
export interface Pass {
  readonly from: number;
  readonly until: number;
}

/**
 * The limiter admits nothing for a time, by the room's clock: before `sure` certainly, at `until` again. When it said so
 * between the call and its answer, nobody knows. Who was told of it is refused until `until` (L2): then both are the same.
 */
export interface RefusedSpan {
  readonly from: number;
  readonly sure: number;
  readonly until: number;
}

/** What a joined connection is to others. `client` is null for a classic one. */
export interface Joined {
  readonly name: string;
  readonly author: string;
  readonly client: string | null;
}

/** An action that waits for the limiter. */
export type Waiting =
  | { readonly kind: "join"; readonly hello: Hello; readonly author: string }
  | { readonly kind: "message"; readonly message: string; readonly counter: number };

export interface Session {
  readonly connection: string;
  /** The rate limiter's key. */
  readonly identity: string;
  /** Place in the room's order of arrival: rosters list by it, also after a wake. */
  readonly order: number;
  readonly accepted: number;
  joined: Joined | null;
  pass: Pass | null;
  refused: RefusedSpan | null;
  /** What this identity took while the limiter could not be reached (L9). */
  local: Budget | null;
  /** The highest counter stored of this author and client tag, also when the log has forgotten it by age (D9). */
  counter: number;
  /** Everything below is empty whenever the room may hibernate, can be read again, or is full after the idle time. */
  readonly waiting: Waiting[];
  /** A charge is under way for the first `asked` of `waiting`. */
  charging: { readonly asked: number; readonly since: number } | null;
  pages: Budget;
}

export function newSession(connection: string, identity: string, order: number, accepted: number): Session {
  return {
    connection,
    identity,
    order,
    accepted,
    joined: null,
    pass: null,
    refused: null,
    local: null,
    waiting: [],
    charging: null,
    counter: 0,
    pages: FULL,
  };
}

/** The attachment of a session: plain data, versioned. */
export interface Attachment extends Pick<
  Session,
  "connection" | "identity" | "order" | "accepted" | "joined" | "pass" | "refused" | "local" | "counter"
> {
  readonly v: 1;
}

export function toAttachment(session: Session): Attachment {
  const { connection, identity, order, accepted, joined, pass, refused, local, counter } = session;
  return { v: 1, connection, identity, order, accepted, joined, pass, refused, local, counter };
}

/** The session of an attachment, or null where it is none of ours (a closed connection's is null). */
export function fromAttachment(value: unknown): Session | null {
  if (typeof value !== "object" || value === null || !("v" in value) || value.v !== 1) return null;
  // Only this file writes version 1, into storage that no client reaches.
  const { v: _, ...kept } = value as Attachment;
  return { ...newSession(kept.connection, kept.identity, kept.order, kept.accepted), ...kept };
}

export const isDelivery = (session: Session): boolean =>
  session.joined !== null && session.joined.client !== null;

/** Whether the next frame of this connection is its first. */
export const awaitsHello = (session: Session): boolean =>
  session.joined === null && !session.waiting.some((item) => item.kind === "join");

/** Whether the next frame is read as the delivery protocol's. */
export function speaksDelivery(session: Session): boolean {
  if (session.joined !== null) return session.joined.client !== null;
  return session.waiting.some((item) => item.kind === "join" && item.hello.delivery !== null);
}

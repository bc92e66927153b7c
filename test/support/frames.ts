// The frames of a room, as tests read them: all fields optional.
import type { ChatMessage, HistoryPage, Presence, Refusal, Welcome } from "../../src/protocol/messages.ts";

export interface Frame {
  readonly joined?: string;
  readonly quit?: string;
  readonly ready?: true;
  readonly name?: string;
  readonly message?: string;
  readonly timestamp?: number;
  readonly error?: string;
  readonly code?: string;
  readonly retryAfter?: number;
  readonly welcome?: Welcome;
  readonly first?: number;
  readonly last?: number;
  readonly events?: readonly ChatMessage[];
  readonly stored?: number;
  readonly refused?: Refusal;
  readonly presence?: Presence;
  readonly history?: HistoryPage;
}

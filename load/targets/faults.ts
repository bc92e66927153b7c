// A room that loses, doubles, reorders or corrupts on purpose, to show that the accounting calls each by its name. Pure.
import type { ChatMessage } from "../../src/protocol/messages.ts";

/** Every how many of a member's messages it happens; 0 is never. */
export interface FaultRates {
  readonly lose: number;
  readonly double: number;
  readonly reorder: number;
  readonly corrupt: number;
}

export const FAULTLESS: FaultRates = { lose: 0, double: 0, reorder: 0, corrupt: 0 };

/** What one member gets instead of what it should get. */
export class Faults {
  private readonly rates: FaultRates;
  private count = 0;
  /** Comes after its successor. */
  private heldBack: ChatMessage | null = null;

  constructor(rates: FaultRates) {
    this.rates = rates;
  }

  apply(messages: readonly ChatMessage[]): ChatMessage[] {
    return messages.flatMap((message) => this.one(message));
  }

  private one(message: ChatMessage): ChatMessage[] {
    this.count += 1;
    const { lose, double, reorder, corrupt } = this.rates;
    const isTurn = (every: number): boolean => every > 0 && this.count % every === 0;
    if (isTurn(lose)) return [];
    const said = isTurn(corrupt) ? { ...message, message: corrupted(message.message) } : message;
    if (this.heldBack === null && isTurn(reorder)) {
      this.heldBack = said;
      return [];
    }
    const late = this.heldBack === null ? [] : [this.heldBack];
    this.heldBack = null;
    return [said, ...(isTurn(double) ? [said] : []), ...late];
  }
}

/** The same length, one unit in the middle changed. */
function corrupted(text: string): string {
  const at = Math.floor(text.length / 2);
  return `${text.slice(0, at)}${text[at] === "~" ? "^" : "~"}${text.slice(at + 1)}`;
}

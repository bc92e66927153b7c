// What is the same whatever it is called: names that were made up, and instants of messages, are called by the order in which they
// first stand in what a world is told in.
import { type Token, type Word, wordOf } from "./digest.ts";

const MADE_UP =
  /(room \d+(?:[.~]| epoch )\d+(?:\/\d+)?|call#\d+|\w term \d+|limiter \w~\d+|p\d+[#/]\d+|\b1\d{9}\b)/;

/** A name in a text: what stands before it, and what of the name is not made up. */
interface Piece {
  readonly before: Word;
  readonly kind: Word;
  readonly name: string;
}

interface Taken {
  readonly pieces: readonly Piece[];
  readonly rest: Word;
}

/** Most texts stand in many worlds, and are taken apart once. */
const taken = new Map<string, Taken>();
const MOST_TEXTS = 200_000;

function take(text: string): Taken {
  const known = taken.get(text);
  if (known !== undefined) return known;
  const parts = text.split(MADE_UP);
  const pieces: Piece[] = [];
  for (let i = 1; i < parts.length; i += 2) {
    const name = parts[i] ?? "";
    pieces.push({ before: wordOf(parts[i - 1] ?? ""), kind: wordOf(name.replace(/\d+$/, "")), name });
  }
  const made = { pieces, rest: wordOf(parts.at(-1) ?? "") };
  if (taken.size === MOST_TEXTS) taken.clear();
  taken.set(text, made);
  return made;
}

/**
 * The names in one world. That keeps what is equal; and where instants do not rise as they stand in a log, the state itself is
 * wrong.
 */
export class Names {
  private readonly names = new Map<string, number>();
  private readonly tokens: Token[];

  constructor(tokens: Token[]) {
    this.tokens = tokens;
  }

  /** Adds a text, in which the names are numbers. */
  write(text: string): void {
    const { pieces, rest } = take(text);
    for (const { before, kind, name } of pieces) {
      const number = this.names.get(name) ?? this.names.size;
      if (number === this.names.size) this.names.set(name, number);
      this.tokens.push(before, kind, number);
    }
    this.tokens.push(rest);
  }
}

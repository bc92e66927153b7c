// A coverage-guided fuzzer: changes texts that it has, and keeps each that takes a way through the code which none took before.
import { generator, type Random } from "../support/random.ts";
import { Coverage, type Place } from "./coverage.ts";
import type { Decoder } from "./decoders.ts";

/** Texts between two looks at the coverage, which take some milliseconds each. */
const BATCH = 512;
const MAX_LENGTH = 20_000;
const TOKENS = [
  "null",
  "true",
  "-1",
  "1e999",
  "[]",
  "{}",
  '"',
  "\\u0000",
  "\\ud800",
  "\ud800",
  "__proto__",
  "::",
  "%",
  ",",
];

export interface Fuzzed {
  readonly runs: number;
  readonly taken: number;
  readonly refused: number;
  readonly kept: number;
  /** Stretches of code that were found to run, one by one. */
  readonly stretches: number;
  /** The first text that must not have been answered so, and what was wrong. */
  readonly failure: { readonly text: string; readonly error: unknown } | null;
}

/** Fuzzes one decoder for so many ms, in scripts whose URL has this part. The same seed makes the same first batch. */
export async function fuzz(decoder: Decoder, ms: number, seed: number, part: string): Promise<Fuzzed> {
  const coverage = await Coverage.begin(part);
  const fuzzer = new Fuzzer(decoder, coverage, generator(seed));
  await fuzzer.begin();
  const until = performance.now() + ms;
  while (performance.now() < until && fuzzer.failure === null) await fuzzer.goOn();
  coverage.end();
  return fuzzer.result;
}

class Fuzzer {
  failure: Fuzzed["failure"] = null;
  private readonly decoder: Decoder;
  private readonly coverage: Coverage;
  private readonly random: Random;
  private readonly corpus: string[];
  private runs = 0;
  private taken = 0;

  constructor(decoder: Decoder, coverage: Coverage, random: Random) {
    this.decoder = decoder;
    this.coverage = coverage;
    this.random = random;
    this.corpus = [...decoder.seeds, ""];
  }

  get result(): Fuzzed {
    const { runs, taken, corpus, coverage, failure } = this;
    return {
      runs,
      taken,
      refused: runs - taken,
      kept: corpus.length,
      stretches: coverage.stretches,
      failure,
    };
  }

  /** What the seeds reach is not new. */
  async begin(): Promise<void> {
    this.play(this.corpus);
    await this.coverage.news();
  }

  async goOn(): Promise<void> {
    const batch = Array.from({ length: BATCH }, () => changed(this.corpus, this.random));
    this.play(batch);
    const found = new Set<string>();
    for (const place of await this.coverage.news()) found.add(await this.reaching(place, batch));
    this.corpus.push(...found);
  }

  private play(texts: readonly string[]): void {
    for (const text of texts) {
      this.runs += 1;
      try {
        if (this.decoder.takes(text)) this.taken += 1;
      } catch (error) {
        this.failure ??= { text, error };
      }
    }
  }

  /** The text of the batch that ran this place: half of those that are left are played at a time. */
  private async reaching(place: Place, batch: readonly string[]): Promise<string> {
    let left = batch;
    while (left.length > 1) {
      const half = left.slice(0, left.length >> 1);
      this.play(half);
      left = (await this.coverage.isRun(place)) ? half : left.slice(half.length);
    }
    return left[0] ?? "";
  }
}

function changed(corpus: readonly string[], random: Random): string {
  const one = (): string => corpus[random(corpus.length)] ?? "";
  let text = one();
  for (let left = random(4); left >= 0; left--) {
    const at = random(text.length + 1);
    const dropped = random(4) === 0 ? random(text.length + 1) : random(3);
    text = text.slice(0, at) + piece(one, random) + text.slice(at + dropped);
  }
  return text.slice(0, MAX_LENGTH);
}

function piece(one: () => string, random: Random): string {
  const kind = random(8);
  if (kind < 3) return String.fromCharCode(32 + random(95));
  if (kind === 3) return String.fromCharCode(random(65_536));
  if (kind === 4) return TOKENS[random(TOKENS.length)] ?? "";
  if (kind === 5) return String.fromCharCode(32 + random(95)).repeat(random(400));
  const other = one();
  const from = random(other.length + 1);
  return kind === 6 ? other.slice(from, from + random(40)) : "";
}

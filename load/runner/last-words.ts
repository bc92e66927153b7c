// What a program that ended too early says of it: the line that names the trouble, and not the stack beneath it. Pure.

const NAMES_IT = /^(?:#? ?Check failed|FATAL ERROR|\w*Error\b|ERROR|ERRO\[)/;
const OF_A_STACK = /^(?:\d+: 0x|at |#|-----|\}$|$)/;

/** Remembers the most telling line of those that it is told. */
export class LastWords {
  private named = "";
  private last = "";

  add(line: string): void {
    const text = line.trim();
    // The first line that names it: what comes later follows from it.
    if (NAMES_IT.test(text)) this.named ||= text;
    else if (!OF_A_STACK.test(text)) this.last = text;
  }

  /** "" where nothing was said. */
  get text(): string {
    return this.named || this.last;
  }
}

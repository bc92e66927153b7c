// The matrix of mutants and laws, in Markdown.
import type { Noticed } from "./record.ts";

export interface Row extends Noticed {
  readonly name: string;
  /** The shortest way that `npm run explore` found to what is wrong, in steps, and in which scope; "" where it found none. */
  readonly explored: string;
}

/** A row a mutant, a column a law that noticed any; and what the exploration found. */
export function matrix(rows: readonly Row[]): string {
  const laws = [...new Set(rows.flatMap((row) => row.laws))].toSorted(byLaw);
  const lines = rows.map(({ name, laws: noticed, explored }) => {
    const cells = laws.map((law) => (noticed.includes(law) ? "●" : ""));
    return `| ${name}${noticed.length === 0 ? " **survived**" : ""} | ${explored} | ${cells.join(" | ")} |`;
  });
  const head = `| mutant | explored | ${laws.join(" | ")} |\n|---|---|${"---|".repeat(laws.length)}`;
  return `# Which law notices which mutant\n\n${head}\n${lines.join("\n")}\n`;
}

/** By letter, then by number: D2 before D10. */
export function byLaw(a: string, b: string): number {
  return a.charCodeAt(0) - b.charCodeAt(0) || Number(a.slice(1)) - Number(b.slice(1)) || a.localeCompare(b);
}

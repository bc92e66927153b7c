// What a mutation run says: the score of each file, the survivors with the reason that each has, and what is wrong.
import type { Accepted } from "./accepted.ts";
import type { Part } from "./parts.ts";

/** One mutant, as the report shows it. */
export interface Mutant {
  readonly file: string;
  /** The line in which it begins. */
  readonly at: number;
  /** From where to where, as StrykerJS takes it: `line:column-line:column`, lines from 1 and columns from 0. */
  readonly range: string;
  /** The source line in which it begins, without its indentation. */
  readonly line: string;
  /** What stood there and what stood there instead, in one line. */
  readonly change: string;
  /** The test file that noticed it, how else it came to an end, or NOTHING. */
  readonly by: string;
  readonly isNoticed: boolean;
}

/** What noticed a survivor. */
export const NOTHING = "nothing";

export interface Verdict {
  readonly part: Part;
  readonly mutants: readonly Mutant[];
  readonly survivors: readonly { readonly mutant: Mutant; readonly why: string | null }[];
  /** Reasons for mutants that are noticed by now, or are no more. */
  readonly stale: readonly string[];
}

/** The share of mutants that were noticed, in per cent; 100 where there are none. */
export function scoreOf(mutants: readonly Mutant[]): number {
  if (mutants.length === 0) return 100;
  return (mutants.filter(({ isNoticed }) => isNoticed).length / mutants.length) * 100;
}

/** Judges the mutants of a part, or of those of its files that were mutated, by the reasons that are accepted. */
export function judge(part: Part, mutants: readonly Mutant[], accepted: readonly Accepted[]): Verdict {
  const survivors = mutants
    .filter(({ isNoticed }) => !isNoticed)
    .map((mutant) => ({ mutant, why: reasonFor(mutant, accepted) }));
  const stale = accepted
    .filter(({ file }) => part.files.includes(file))
    .flatMap((one) =>
      one.changes
        .filter(
          (change) => !survivors.some(({ mutant }) => isAccepted(one, mutant) && mutant.change === change),
        )
        .map((change) => `${one.file}: ${one.line}  ${change}`),
    );
  return { part, mutants, survivors, stale };
}

/** Why this mutant may survive, or null. */
export function reasonFor(mutant: Mutant, accepted: readonly Accepted[]): string | null {
  return accepted.find((one) => isAccepted(one, mutant))?.why ?? null;
}

const isAccepted = ({ file, line, changes }: Accepted, mutant: Mutant): boolean =>
  file === mutant.file && line === mutant.line && changes.includes(mutant.change);

/** What is wrong with a part, in sentences. A score counts only when all files of the part were mutated. */
export function complaints({ part, mutants, survivors, stale }: Verdict, isWhole: boolean): string[] {
  const score = scoreOf(mutants);
  const unexplained = survivors.filter(({ why }) => why === null).length;
  return [
    ...(isWhole && score < part.least
      ? [
          `The ${part.name} scored ${score.toFixed(1)} %, which is less than ${part.least} %: write the tests that notice more.`,
        ]
      : []),
    ...(unexplained > 0
      ? [
          `${unexplained} mutants of the ${part.name} survived without a reason: write a test that notices them, simplify the code, or say in test/stryker/accepted.ts why none should.`,
        ]
      : []),
    ...(stale.length > 0
      ? [
          `${stale.length} reasons are stale, their mutants survive no more: take them out of test/stryker/accepted.ts.`,
        ]
      : []),
  ];
}

/** The report of all parts, in Markdown. */
export function report(verdicts: readonly Verdict[]): string {
  return `# What the tests notice, by StrykerJS\n\n${verdicts.map(section).join("\n")}`;
}

function section({ part, mutants, survivors, stale }: Verdict): string {
  const rows = part.files
    .map((file) => ({ file, own: mutants.filter((mutant) => mutant.file === file) }))
    .filter(({ own }) => own.length > 0)
    .map(
      ({ file, own }) =>
        `| \`${file}\` | ${own.length} | ${own.filter((one) => !one.isNoticed).length} | ${scoreOf(own).toFixed(1)} % |`,
    );
  const list = survivors.map(
    ({ mutant, why }) =>
      `- \`${mutant.file}:${mutant.at}\` ${code(mutant.line)}\n  ${code(mutant.change)}\n  ${why ?? "**No reason.**"}`,
  );
  return [
    `## ${part.name}: ${scoreOf(mutants).toFixed(1)} % of ${mutants.length} mutants\n`,
    "| file | mutants | survived | score |\n|---|---|---|---|",
    `${rows.join("\n")}\n`,
    "Survivors, and why no test should notice them:\n",
    `${list.join("\n")}\n`,
    ...stale.map((one) => `- Stale reason: ${code(one)}\n`),
  ].join("\n");
}

/** Code in Markdown, backticks and all. */
const code = (text: string): string => `\`\` ${text} \`\``;

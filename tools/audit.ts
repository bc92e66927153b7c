// What npm's audit says of the packages, beside the exceptions that somebody has looked at. Asks nobody: scripts/audit.ts does.
import { Failure } from "./command.ts";

/** npm's words, from the least on. */
export const SEVERITIES = ["info", "low", "moderate", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** An advisory that holds for a package of the lock file. */
export interface Finding {
  readonly package: string;
  /** The last part of its address, such as GHSA-xxxx-xxxx-xxxx. */
  readonly advisory: string;
  readonly severity: Severity;
  readonly title: string;
  readonly range: string;
}

/** An advisory that does no harm here, why, and until which day (as 2027-01-31) that is believed. */
export interface Exception {
  readonly package: string;
  readonly advisory: string;
  readonly reason: string;
  readonly until: string;
}

export interface Verdict {
  readonly open: readonly Finding[];
  readonly excused: readonly { readonly finding: Finding; readonly exception: Exception }[];
  /** Exceptions that no finding needs, or whose day is over. */
  readonly stale: readonly Exception[];
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** The findings in the output of `npm audit --json`, or in one sentence's part why there is no answer. */
export function readReport(
  output: string,
): { readonly findings: readonly Finding[] } | { readonly silent: string } {
  const report = parse(output);
  if (!isFields(report)) return { silent: "npm printed no report" };
  const { vulnerabilities, message, error } = report;
  if (!isFields(vulnerabilities)) {
    const summary = isFields(error) ? textOf(error.summary) || textOf(error.code) : "";
    return { silent: textOf(message) || summary || "npm printed no report" };
  }
  const findings = new Map<string, Finding>();
  for (const vulnerable of Object.values(vulnerabilities)) {
    const via: unknown[] = isFields(vulnerable) && Array.isArray(vulnerable.via) ? vulnerable.via : [];
    // What is vulnerable only by another package names that one, as text.
    for (const cause of via.filter(isFields)) {
      const finding = findingOf(cause);
      findings.set(`${finding.package} ${finding.advisory}`, finding);
    }
  }
  return { findings: [...findings.values()] };
}

/** What is not understood counts as the worst: it has to be looked at. */
function findingOf({ name, url, severity, title, range }: Fields): Finding {
  const known = SEVERITIES.find((one) => one === severity);
  return {
    package: textOf(name),
    advisory: textOf(url).split("/").at(-1) ?? "",
    severity: known ?? "critical",
    title: textOf(title),
    range: textOf(range),
  };
}

/** Throws a Failure where an entry lacks something. */
export function readExceptions(text: string): readonly Exception[] {
  const list = parse(text);
  const wrong = new Failure(
    'Each exception of tools/audit-exceptions.json has "package", "advisory", "reason" and "until", such as "2027-01-31".',
    2,
  );
  if (!Array.isArray(list)) throw wrong;
  return list.map((entry: unknown): Exception => {
    if (!isFields(entry)) throw wrong;
    const [name, advisory, reason, until] = [entry.package, entry.advisory, entry.reason, entry.until].map(
      textOf,
    );
    if (!name || !advisory || !reason || !until || !/^\d{4}-\d\d-\d\d$/.test(until)) throw wrong;
    return { package: name, advisory, reason, until };
  });
}

/** `least`: what is milder is not told. `today` is a day as 2027-01-31; an exception holds on its last day. */
export function judge(
  findings: readonly Finding[],
  exceptions: readonly Exception[],
  least: Severity,
  today: string,
): Verdict {
  const open: Finding[] = [];
  const excused: { finding: Finding; exception: Exception }[] = [];
  for (const finding of findings) {
    const exception = exceptions.find(
      ({ package: name, advisory, until }) =>
        name === finding.package && advisory === finding.advisory && today <= until,
    );
    if (exception !== undefined) excused.push({ finding, exception });
    else if (SEVERITIES.indexOf(finding.severity) >= SEVERITIES.indexOf(least)) open.push(finding);
  }
  const used = excused.map(({ exception }) => exception);
  return { open, excused, stale: exceptions.filter((exception) => !used.includes(exception)) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

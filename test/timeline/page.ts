// A picture of a history: one HTML file that needs nothing else. The lanes, the arrows and the scrubber are drawn by view/;
// what stands here is readable without it: what is wrong, the law's sentence, and everything that happened as a table.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { ROOT } from "../../tools/command.ts";
import type { HistoryEvent } from "../support/history.ts";
import type { Verdict } from "../support/verdict.ts";
import { type Finding, findingOf, lanesFor, storyOf } from "./findings.ts";
import { focus } from "./focus.ts";
import { readLaws } from "./laws.ts";
import { traceOf } from "./bare.ts";
import type { Happening, Traced } from "./trace.ts";
import { brief, tell, tellMark } from "./words.ts";

export interface TimelineOptions {
  /** What was played, in a few words. */
  readonly title: string;
  /** What happened beneath the history; without it, the history's order is all that the page can show. */
  readonly trace?: Traced;
  /** How to play it again, a line each. */
  readonly replay?: readonly string[];
}

/** What the page's script is given, as JSON. */
export interface PageData extends Traced {
  /** The lanes that the findings are about. */
  readonly concerned: readonly string[];
  /** The places in `happenings` that each finding is about. */
  readonly stories: readonly (readonly number[])[];
  /** Every happening in words, in the same order. */
  readonly words: readonly string[];
}

/** One cause may break laws a thousand times. */
const MOST_FINDINGS = 50;

/**
 * The page, as HTML. `verdict` is the checker's, or a judge's sentences, each behind its law: "[D2] p1 did not come to rest".
 * With a trace, `history` need not be given again: `trace.tell` has its events.
 */
export function timelinePage(
  history: readonly HistoryEvent[],
  verdict: Pick<Verdict, "anomalies"> | readonly string[],
  { title, trace = traceOf(history), replay = [] }: TimelineOptions,
): string {
  const findings: readonly Finding[] = (
    "anomalies" in verdict ? verdict.anomalies : verdict.map(findingOf)
  ).slice(0, MOST_FINDINGS);
  const { lanes, isTimed } = trace;
  // What is known only when it is over was written down then.
  const all = trace.happenings.toSorted((a, b) => a.at - b.at);
  const { happenings, stories, left } = focus(
    all,
    findings.map((finding) => storyOf(finding, all)),
  );
  const words = happenings.map(say);
  const concerned = findings.flatMap((finding, f) =>
    lanesFor(finding, stories[f]?.flatMap((i) => happenings[i] ?? []) ?? []),
  );
  const data: PageData = { lanes, happenings, concerned: [...new Set(concerned)], stories, words, isTimed };
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${readFileSync(join(VIEW, "style.css"), "utf8")}</style>
<body>
<header><h1>${escape(title)}</h1>${headline(findings, all, isTimed)}${left === 0 ? "" : `<p>The run has ${all.length} events; ${left} that are far from what broke are left out.</p>`}</header>
<main>
<div id="view"></div>
${replay.length === 0 ? "" : `<details id="replay"><summary>To play it again</summary><pre>${escape(replay.join("\n"))}</pre></details>`}
${table(data)}
</main>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>
<script>${script()}</script>
</body>
</html>
`;
}

const VIEW = join(ROOT, "test/timeline/view");

let built = "";
/** The view as one script. Built when the first page is made: most runs make none. */
function script(): string {
  if (built !== "") return built;
  const { outputFiles } = buildSync({
    entryPoints: [join(VIEW, "main.ts")],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
    logLevel: "warning",
  });
  built = outputFiles.map(({ text }) => text.replaceAll("</script", "<\\/script")).join("");
  return built;
}

const list = (items: readonly string[]): string => `<ol class="findings">${items.join("")}</ol>`;

function told(findings: readonly Finding[]): string {
  if (findings.length === 0) return `<p class="clean">Every law held.</p>`;
  const laws = readLaws(readFileSync(join(ROOT, "SPEC.md"), "utf8"));
  const items = findings.map(({ law, kind, what }, i) => {
    const sentence = laws.get(law);
    const says = sentence === undefined ? "" : `<blockquote>${escape(sentence)}</blockquote>`;
    const name = [law, kind].filter((part) => part !== null && part !== "").join(", ");
    return `<li data-finding="${i}"><p><strong>${escape(name)}</strong> <span>${escape(what)}.</span></p>${says}</li>`;
  });
  const more = items.slice(1);
  const others =
    more.length === 0
      ? ""
      : `<details><summary>${more.length} more that broke a law</summary>${list(more)}</details>`;
  return list(items.slice(0, 1)) + others;
}

function say(happening: Happening): string {
  switch (happening.type) {
    case "flight": {
      const { from, to, text, isLost } = happening;
      return `${from} to ${to}: ${brief(text)}${isLost ? " (lost)" : ""}`;
    }
    case "mark":
      return [happening.lane, tellMark(happening)].filter((part) => part !== null).join(": ");
    case "holding": {
      const { lane, name, lines } = happening;
      return `${lane}, ${name}: ${lines.length === 0 ? "nothing" : lines.join("; ")}`;
    }
    case "told":
      return `${happening.lane} ${tell(happening.event)}`;
    default:
      return happening satisfies never;
  }
}

const headline = (findings: readonly Finding[], all: readonly Happening[], isTimed: boolean): string =>
  told(isTimed ? findings.map((finding) => ({ ...finding, what: relative(finding.what, all) })) : findings);

/** Instants of the run, as the page counts them: from its beginning. */
const relative = (what: string, happenings: readonly Happening[]): string =>
  what.replaceAll(
    /\bat (\d{7,}(?:\.\d+)?)/g,
    (_, at: string) => `at ${Number(at) - (happenings[0]?.at ?? 0)} ms`,
  );

function table({ happenings, words, isTimed }: PageData): string {
  const began = happenings[0]?.at ?? 0;
  const rows = happenings.map(({ at, type }, i) =>
    type === "holding"
      ? ""
      : `<tr id="e${i}"><td>${isTimed ? `${at - began} ms` : `${at - began + 1}`}</td><td>${escape(words[i] ?? "")}</td></tr>\n`,
  );
  return `<details id="table"><summary>Everything that happened, as a table</summary><table>
<thead><tr><th scope="col">${isTimed ? "When" : "Event"}</th><th scope="col">What</th></tr></thead>
<tbody>${rows.join("")}</tbody></table></details>`;
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (text: string): string => text.replace(/[&<>"]/g, (one) => ESCAPES[one] ?? one);

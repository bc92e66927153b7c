// A report of runs as one HTML file that needs nothing else: what was measured, whether to believe it, how to repeat it. Pure.
import { tellJudged } from "../lib/summary.ts";
import { duration, whole } from "./scales.ts";
import { escape } from "./charts.ts";
import { capacityOf } from "./capacity.ts";
import { billSection } from "./report-bill.ts";
import { capacitySection } from "./report-capacity.ts";
import { ceilings, cpuOf, kneeFigures, verdict } from "./report-headline.ts";
import { coresChart, memoryChart, ladderCharts, spectrumChart } from "./report-charts.ts";
import { membersSection, slowestSection } from "./report-members.ts";
import { secondsCharts } from "./report-seconds.ts";
import { countsTables } from "./report-counts.ts";
import { facts, page, row, section, table, TARGET_WORDS } from "./report-page.ts";
import type { LadderOutcome } from "./ladder-outcome.ts";
import type { RunResult } from "./result.ts";
import { median } from "./statistics.ts";

/** One run, the repeats of one, or the steps of a ladder. */
export interface Report {
  readonly title: string;
  readonly results: readonly RunResult[];
  readonly ladder: LadderOutcome | null;
  /** Repeats all of it. */
  readonly command: string;
}

/** The whole page. `results` holds at least one. */
export function renderReport(report: Report): string {
  const shown = typical(report);
  const parts = [
    heading(report, shown),
    report.ladder === null ? about(report, shown) : "",
    report.ladder === null ? "" : ladderSection(report.ladder),
    report.ladder === null && report.results.length > 1 && shown.scenario !== "calibrate"
      ? repeatsSection(report.results)
      : "",
    section("Latency by percentile", shownIs(report, shown), spectrumChart(shown)),
    section(
      "Each second of the measured window",
      "All on one time axis: what was delivered, how long it took by percentile and by how many, and how long the generator kept it back.",
      secondsCharts(shown),
    ),
    membersSection(shown),
    slowestSection(shown),
    usageSection(shown),
    judgedSection(shown),
    section("Counts", "A bold line is the sum of those above it.", countsTables(shown.counts)),
    billSection(shown),
    parametersSection(shown),
    environmentSection(shown),
    section("Repeat it", "", `<pre>${escape(report.command)}</pre>`),
  ];
  return page(report.title, parts.join("\n"));
}

/** The run whose details are shown: the best step of a ladder, or the middle one of repeats by its p99. */
function typical({ results, ladder }: Report): RunResult {
  return ladder?.best?.result ?? typicalOf(results);
}

/** The middle one of repeats by its p99; the first where none is VALID. */
export function typicalOf(results: readonly RunResult[]): RunResult {
  const valid = results.filter(({ headline }) => headline !== null);
  const sorted = valid.toSorted((a, b) => (a.headline?.p99 ?? 0) - (b.headline?.p99 ?? 0));
  const shown = sorted[Math.floor((sorted.length - 1) / 2)] ?? results[0];
  if (shown === undefined) throw new RangeError("A report needs a result.");
  return shown;
}

function shownIs({ results, ladder }: Report, shown: RunResult): string {
  if (ladder !== null)
    return `Of the step with ${shown.parameters.CHAT_RATE} messages/s, as is everything below.`;
  if (shown.scenario === "calibrate")
    return `Of the run with ${shown.parameters.CHAT_PROTOCOL} clients, as is everything below.`;
  if (results.length > 1) return `Of repeat ${results.indexOf(shown) + 1}, as is everything below.`;
  return "From when a message should have been sent until a member had it. Higher up the tail, fewer samples.";
}

function heading({ title }: Report, { engine, target, started, machine, instances }: RunResult): string {
  const by = `${engine.name === "node" ? "Node host" : "k6"} ${engine.version}${instances > 1 ? `, ${instances} instances` : ""}`;
  const said = `${started.replace("T", " ").slice(0, 16)} UTC · ${by} · ${TARGET_WORDS[target.kind]} ${target.version} at ${target.url} · ${machine.cores} cores, ${machine.cpu}`;
  return `<header><h1>${escape(title)}</h1><p class="soft">${escape(said)}</p></header>`;
}

const about = ({ results }: Report, shown: RunResult): string =>
  shown.scenario === "calibrate" ? ceilings(results) : verdict(shown);

function ladderSection(outcome: LadderOutcome): string {
  const { steps, sentence } = outcome;
  const rows = steps
    .toSorted((a, b) => a.rate - b.rate)
    .map(({ rate, failure, result: { headline } }) =>
      row([
        `${rate}`,
        headline === null ? "" : whole(headline.deliveriesPerSecondPerRoom),
        headline === null ? "" : duration(headline.p50),
        headline === null ? "" : duration(headline.p99),
        cpuOf(headline?.serverCpuMicrosPerDelivery),
        failure ?? "held",
      ]),
    );
  const head = ["messages/s", "deliveries/s", "p50", "p99", "CPU/delivery", ""];
  return (
    `<section><p><span class="verdict${outcome.best === null ? " bad-text" : ""}">KNEE</span> ${escape(sentence)}</p>${kneeFigures(outcome)}</section>` +
    section("Latency against throughput", "Each dot is one step of the ladder.", ladderCharts(outcome)) +
    section("Steps", "", table(head, rows)) +
    capacitySection(
      capacityOf(
        outcome.steps.map(({ result }) => result),
        outcome.bounds,
      ),
    )
  );
}

function repeatsSection(results: readonly RunResult[]): string {
  const rows = results.map(({ headline, verdict }, i) =>
    row([
      `${i + 1}`,
      headline === null ? "" : whole(headline.deliveriesPerSecondPerRoom),
      headline === null ? "" : duration(headline.p50),
      headline === null ? "" : duration(headline.p99),
      headline === null ? "" : duration(headline.p999),
      cpuOf(headline?.serverCpuMicrosPerDelivery),
      saidOf(verdict),
    ]),
  );
  const valid = results.flatMap(({ headline }) => (headline === null ? [] : [headline]));
  const p99 = valid.map((headline) => headline.p99);
  const lead =
    valid.length < 2
      ? ""
      : `Median p99 ${duration(median(p99))}, from ${duration(Math.min(...p99))} to ${duration(Math.max(...p99))}.`;
  return section(
    "Repeats",
    lead,
    table(["", "deliveries/s", "p50", "p99", "p99.9", "CPU/delivery", ""], rows),
  );
}

function saidOf({ broken, valid, reasons }: RunResult["verdict"]): string {
  if (broken.length > 0) return `BROKEN: ${broken[0] ?? ""}`;
  return valid ? "VALID" : `VOID: ${reasons[0] ?? ""}`;
}

/** What was judged, what was trusted, and what failed for which reason. */
function judgedSection(result: RunResult): string {
  const rows = result.failures.map(({ why, count, first }) =>
    row([why, whole(count), first > 0 ? new Date(first).toISOString().slice(11, 23) : ""]),
  );
  const failed = rows.length === 0 ? "" : table(["failure", "times", "first, UTC"], rows);
  return section("What was judged", `Judged: ${tellJudged(result)}. ${TRUSTED}`, failed);
}

const TRUSTED =
  "Trusted: that an author is the hash of its key, whom a roster names, and the room's clock within five minutes.";

function usageSection(result: RunResult): string {
  if (result.usage.generator.length === 0)
    return section("Processor and memory", "No samples on this system.", "");
  const pinned =
    result.pinned === null
      ? "Neither was pinned to cores."
      : `Target on core ${result.pinned.target}, generator on ${result.pinned.generator}.`;
  const zero = "Before second 0, where the measured window begins, members join.";
  return section("Processor and memory", `${pinned} ${zero}`, coresChart(result) + memoryChart(result));
}

function environmentSection({ machine, environment, engine, target, pinned }: RunResult): string {
  const { kernel, load, steal, workerd, harness } = environment;
  const rows: [string, string][] = [
    ["processor", machine.cpu],
    ["cores", `${machine.cores}`],
    ["target on core, generator on", pinned === null ? "any" : `${pinned.target}, ${pinned.generator}`],
    ["kernel", kernel],
    ["load average before and after", load.map((value) => value.toFixed(2)).join(" → ")],
    ["taken by the machine's own host", steal === null ? "unknown" : `${(steal * 100).toFixed(1)} %`],
    ["Node", machine.node],
    ["engine", `${engine.name} ${engine.version}`],
    ["workerd", workerd ?? "none of ours"],
    ["harness", harness],
    ["target", `${TARGET_WORDS[target.kind]} ${target.version}`],
  ];
  return section("Environment", "", facts(rows));
}

function parametersSection({ parameters, ceiling }: RunResult): string {
  const said = ceiling === null ? "not calibrated" : `${whole(ceiling)} deliveries/s`;
  const rows = Object.entries(parameters).map(([name, value]): [string, string] => [name, `${value}`]);
  return section("Parameters", "", facts([...rows, ["calibrated ceiling", said]]));
}

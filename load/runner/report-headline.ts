// What a report says first: VALID or VOID, a generator's ceiling, or a knee. Pure.
import { brokenBy } from "./broken.ts";
import { escape } from "./charts.ts";
import { findingOf } from "./findings.ts";
import type { LadderOutcome } from "./ladder-outcome.ts";
import type { RunResult } from "./result.ts";
import { duration, whole } from "./scales.ts";

const LIMITERS = {
  target: "The target was the limit.",
  generator: "The generator was the limit.",
  limiter: "The rate limiter was the limit.",
  nothing: "Nothing was at its limit: this point holds, and more may.",
} as const;

/** Value, what it is, and whether it is the main one. */
export type Figure = readonly [value: string, name: string, className?: "main"];

export const figuresOf = (figures: readonly Figure[]): string =>
  `<div class="figures">${figures
    .map(
      ([value, name, className = ""]) =>
        `<div class="${className}"><b>${value}</b><span>${name}</span></div>`,
    )
    .join("")}</div>`;

const OF = { latency: "", recovery: ", due to replayed", comeback: ", lost to live again" } as const;

/** BROKEN with what was, then VALID with its figures, or VOID with every reason and no figure. */
export function verdict(result: RunResult): string {
  const { verdict, headline, notes } = result;
  const broken = brokenBy(result);
  const finding = findingOf(result);
  const said =
    notes.length === 0
      ? ""
      : `<ul class="soft">${notes.map((note) => `<li>${escape(note)}</li>`).join("")}</ul>`;
  const wrong =
    broken === null
      ? ""
      : `<p class="bad-text"><span class="verdict">BROKEN</span> The room did what it may not: ${escape(broken)}.</p>`;
  if (headline === null) {
    const reasons = verdict.reasons.map((reason) => `<li>${escape(reason)}</li>`).join("");
    return `<section class="void">${wrong}<p class="verdict">VOID</p><p>This run gives no number of the room, because:</p><ul>${reasons}</ul>${said}</section>`;
  }
  const cpu = headline.serverCpuMicrosPerDelivery;
  const of = OF[headline.of];
  const figures: Figure[] = [
    [whole(headline.deliveriesPerSecondPerRoom), "deliveries/s per room", "main"],
    [duration(headline.p50), `p50${of}`],
    [duration(headline.p95), `p95${of}`],
    [duration(headline.p99), `p99${of}`],
    [duration(headline.p999), `p99.9${of}`],
    ...(cpu === undefined ? [] : [[cpuOf(cpu), "server CPU per delivery"] as Figure]),
  ];
  const valid = broken === null ? '<span class="verdict">VALID</span> ' : "";
  return `<section>${wrong}<p>${valid}<span class="soft">${LIMITERS[verdict.limitedBy]}</span></p>${finding === "" ? "" : `<p>${escape(finding)}</p>`}${result.scenario === "smoke" ? "" : figuresOf(figures)}${said}</section>`;
}

/** A calibration drives the generator until it falls behind: VOID would be no verdict on it. */
export function ceilings(results: readonly RunResult[]): string {
  const figures = results.map(({ ceiling, parameters }): Figure => [
    ceiling === null ? "never kept up" : whole(ceiling),
    `deliveries/s of ${parameters.CHAT_PROTOCOL} clients: the most that this generator took in`,
    "main",
  ]);
  return `<section><p class="verdict">CALIBRATED</p>${figuresOf(figures)}</section>`;
}

/** The knee in figures; nothing where no step held. */
export function kneeFigures({ best, fit }: LadderOutcome): string {
  if (best === null) return "";
  const { headline } = best.result;
  const figures: Figure[] = [
    [whole(headline?.deliveriesPerSecondPerRoom ?? 0), "deliveries/s per room, sustained", "main"],
    [`${best.rate}`, "messages/s"],
    [duration(headline?.p99 ?? 0), "p99 there"],
    ...(fit === null
      ? []
      : ([
          [small(fit.sigma), "contention (USL σ)"],
          [small(fit.kappa), "coherency (USL κ)"],
        ] satisfies Figure[])),
  ];
  return figuresOf(figures);
}

const small = (value: number): string =>
  value === 0 || value >= 0.001 ? `${Number(value.toPrecision(2))}` : value.toExponential(1);

/** Microseconds for people; nothing where nobody measured them. */
export const cpuOf = (micros: number | undefined): string =>
  micros === undefined ? "" : `${Number(micros.toPrecision(3))} µs`;

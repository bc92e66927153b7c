// The report while the run goes on: what is known so far, in the same charts, in a page that is written anew each second. Pure.
import { quantile } from "../lib/histogram.ts";
import { escape } from "./charts.ts";
import type { PartialResult } from "./live-run.ts";
import { coresChart, memoryChart, spectrumChart } from "./report-charts.ts";
import { type Figure, figuresOf } from "./report-headline.ts";
import { page, section } from "./report-page.ts";
import { secondsCharts } from "./report-seconds.ts";
import { duration, whole } from "./scales.ts";
import type { Shown } from "./terminal.ts";

/** What stands in the page's main part for this moment. */
export function liveBody(title: string, shown: Shown, partial: PartialResult): string {
  const { latency } = partial.histograms;
  const at = (share: number): string => (latency.count === 0 ? "-" : duration(quantile(latency, share)));
  const lag = shown.lags.findLast((value) => value !== null) ?? null;
  const figures: Figure[] = [
    [whole(shown.rates.at(-1) ?? 0), "deliveries/s, all rooms", "main"],
    [`${whole(shown.joined)}/${whole(shown.members)}`, "members joined"],
    [at(0.5), "p50 so far"],
    [at(0.99), "p99 so far"],
    [lag === null ? "-" : duration(lag), "generator lag"],
  ];
  const isMeasuring = partial.windowStart > 0;
  const into = Math.max(0, shown.elapsedS - (partial.windowStart - Date.parse(partial.started)) / 1_000);
  const state = isMeasuring
    ? `Second ${whole(Math.min(into, partial.windowMs / 1_000))} of ${whole(partial.windowMs / 1_000)}: no verdict before the end.`
    : "Members join; nothing is measured yet.";
  const parts = [
    `<header><h1>${escape(title)}</h1><p class="soft">${escape(partial.started.replace("T", " ").slice(0, 19))} UTC</p></header>`,
    `<section><p><span class="verdict running">RUNNING</span> <span class="soft">${escape(state)}</span></p>${figuresOf(figures)}</section>`,
    ...(partial.seconds.length === 0
      ? []
      : [
          section(
            "Each second of the measured window",
            "So far; the newest seconds still change.",
            secondsCharts(partial),
          ),
        ]),
    ...(latency.count === 0 ? [] : [section("Latency by percentile", "So far.", spectrumChart(partial))]),
    ...(partial.usage.generator.length === 0
      ? []
      : [section("Processor and memory", "", coresChart(partial) + memoryChart(partial))]),
  ];
  return parts.join("\n");
}

/** The page that shows what comes by its server's events; `nonce` is what its script may run by. */
export const livePage = (title: string, nonce: string): string =>
  page(
    title,
    `<header><h1>${escape(title)}</h1><p class="soft">Waiting for the first second.</p></header>`,
    `<p id="state" role="status"></p>
<script nonce="${nonce}">
const main = document.querySelector("main"), state = document.querySelector("#state");
const events = new EventSource("/events");
const show = (text) => { main.innerHTML = JSON.parse(text); };
events.addEventListener("view", ({ data }) => { show(data); state.textContent = ""; });
events.addEventListener("result", ({ data }) => { show(data); state.textContent = "The run is over."; events.close(); });
events.addEventListener("error", () => { state.textContent = "Nothing comes any more: the run is over, or was ended."; });
</script>
`,
  );

// Several ladders that took turns on one machine, as one page: who holds how much, and at what cost. Pure.
import { escape, figure, type Series, type Tone } from "./charts.ts";
import type { LadderOutcome } from "./ladder-outcome.ts";
import { page, row, section, table, TARGET_WORDS } from "./report-page.ts";
import { cpuOf } from "./report-headline.ts";
import type { Headline, TargetKind } from "./result.ts";
import { duration, linearAxis, logAxis, short, whole } from "./scales.ts";

export interface Climber {
  readonly kind: TargetKind;
  readonly outcome: LadderOutcome;
  /** Its own report, as seen from this page. */
  readonly href: string;
}

const TONES: readonly Tone[] = ["one", "two", "three", "four"];

/** The whole page. `climbers` holds at least one; the first is what the others are compared with. */
export function renderBeside(title: string, climbers: readonly Climber[], command: string): string {
  const [first] = climbers;
  const result = first?.outcome.steps[0]?.result;
  const said =
    result === undefined
      ? ""
      : `${result.started.replace("T", " ").slice(0, 16)} UTC · ${result.parameters.CHAT_PROTOCOL} clients · ${result.machine.cores} cores, ${result.machine.cpu}`;
  const parts = [
    `<header><h1>${escape(title)}</h1><p class="soft">${escape(said)}</p></header>`,
    section(
      "The most that each sustains",
      "Ladders of one run that took turns, step by step, so that what else the machine did met all of them.",
      table(
        HEAD,
        climbers.map((climber) => row(cellsOf(climber, kneeOf(first)))),
      ),
    ),
    section("Latency against throughput", "p99; each dot is one step of a ladder.", latencyChart(climbers)),
    section(
      "Each one's report",
      "",
      `<ul>${climbers.map(({ kind, href }) => `<li><a href="${escape(href)}">${escape(TARGET_WORDS[kind])}</a></li>`).join("")}</ul>`,
    ),
    section("Repeat it", "", `<pre>${escape(command)}</pre>`),
  ];
  return page(title, parts.join("\n"));
}

const HEAD = ["", "messages/s", "deliveries/s", "beside the first", "p99", "CPU/delivery", "why no more"];

const kneeOf = (climber: Climber | undefined): Headline | null =>
  climber?.outcome.best?.result.headline ?? null;

function cellsOf(climber: Climber, first: Headline | null): string[] {
  const { kind, outcome } = climber;
  const knee = kneeOf(climber);
  if (outcome.best === null || knee === null)
    return [TARGET_WORDS[kind], "", "", "", "", "", outcome.sentence];
  const rate = knee.deliveriesPerSecondPerRoom;
  const ratio = first === null ? "" : `${(rate / first.deliveriesPerSecondPerRoom).toFixed(2)} ×`;
  const cpu = cpuOf(knee.serverCpuMicrosPerDelivery);
  const why = outcome.ceiling?.failure ?? "every step held";
  return [TARGET_WORDS[kind], `${outcome.best.rate}`, whole(rate), ratio, duration(knee.p99), cpu, why];
}

function latencyChart(climbers: readonly Climber[]): string {
  const all = climbers.flatMap(({ kind, outcome }, i): Series[] => {
    const points = outcome.steps
      .flatMap(({ rate, result: { headline } }) => (headline === null ? [] : [{ rate, ...headline }]))
      .toSorted((a, b) => a.rate - b.rate)
      .map(({ rate, deliveriesPerSecondPerRoom: x, p99 }) => ({
        x,
        y: p99,
        says: `${TARGET_WORDS[kind]}, ${rate} messages/s: ${short(x)} deliveries/s, p99 ${duration(p99)}`,
      }));
    const tone = TONES[i % TONES.length] ?? "quiet";
    return [
      { name: TARGET_WORDS[kind], tone, kind: "line", points },
      { name: "", tone, kind: "dots", points },
    ];
  });
  const points = all.flatMap((series) => series.points);
  const bound = climbers[0]?.outcome.bounds.p99Ms ?? 0;
  return figure({
    title: "p99 against throughput",
    x: linearAxis(
      "deliveries/s per room",
      points.map(({ x }) => x),
    ),
    y: logAxis("", [...points.map(({ y }) => y), bound], duration),
    series: all,
    marks: [{ axis: "y", at: bound, label: `bound ${duration(bound)}`, tone: "bad" }],
    height: 320,
  });
}

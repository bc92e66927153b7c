// The bench as one page that needs nothing else: ratios first, then rows, charts, and how to repeat it. Pure.
import type { BenchStep, Cell } from "./bench-cell.ts";
import { type BenchPlan, boundOf, isNull, type ServerId, wordsOf } from "./bench-plan.ts";
import { type Ratio, ratiosOf, type Row, rowsOf } from "./bench-rows.ts";
import { cellsOfRow, HEADS, headingOf, inOrder, sayDisk, sayOthers, sayRatio } from "./bench-table.ts";
import { escape, figure, type Series, type Tone } from "./charts.ts";
import type { Pinning } from "./pinning.ts";
import { page, row, section, table } from "./report-page.ts";
import type { Machine } from "./result.ts";
import { duration, logAxis, short } from "./scales.ts";

export interface BenchResult {
  readonly schema: "edge-chat-bench/1";
  readonly plan: BenchPlan;
  readonly started: string;
  readonly version: string;
  readonly machine: Machine;
  readonly pinned: Pinning | null;
  /** Repeats it. */
  readonly command: string;
  readonly cells: readonly Cell[];
}

const TONES: Readonly<Record<ServerId, Tone>> = {
  room: "one",
  "room-classic": "three",
  demo: "bad",
  relay: "two",
  "node-ws": "four",
  null: "quiet",
  "null-classic": "quiet",
};

const TITLE = "Edge Chat bench: one room beside others";

export function renderBench({
  cells,
  plan,
  started,
  version,
  machine,
  pinned,
  command,
}: BenchResult): string {
  const rows = rowsOf(cells);
  const ratios = ratiosOf(cells, rows);
  const members = [...new Set(cells.map((cell) => cell.members))];
  const where = pinned === null ? "not pinned" : "one core for the server, the others for the generator";
  const said = `${started.replace("T", " ").slice(0, 16)} UTC · ${version} · ${machine.cores} cores, ${machine.cpu} · ${where}`;
  const busy = sayOthers(cells);
  const others = busy === "" ? "" : `<p class="bad-text">${escape(busy)}</p>`;
  const disk = sayDisk(cells);
  const parts = [
    `<header><h1>${escape(TITLE)}</h1><p class="soft">${escape(said)}</p>${others}</header>`,
    // One number of members has no growth.
    ...(members.length > 1 ? growth(rows) : []),
    ...members.map((count) => sectionOf(count, rows, ratios, cells, plan)),
    section("How it was measured", disk, NOTES),
    section("Repeat it", "", `<pre>${escape(command)}</pre>`),
  ];
  return page(TITLE, parts.join("\n"));
}

const growth = (rows: readonly Row[]): string[] => [
  section(
    "The most that each sustains",
    "The highest rate with the p99 within its bound and nothing lost; the middle of all rounds.",
    growthChart(rows, (each) => each.deliveries?.middle ?? null, "deliveries/s", short),
  ),
  section(
    "What a delivery costs",
    "Time of the server's processor for one delivery, at that rate.",
    growthChart(rows, (each) => each.cpu?.middle ?? null, "µs", short),
  ),
];

const NOTES = `<ul class="soft">
<li>Each server is a process of its own. The room is filled once, at up to 1,000 joins a second, is warmed up, is quiet at two messages a second, and then the rate climbs; a step that fails is tried until two of its tries agree.</li>
<li>≥ means that the generator was at its limit, or near what it reaches against a server that does nothing: the server may do more.</li>
<li>Ratios are of the same round. Memory is how much the process grew until the room was full, divided by the members.</li>
<li>Classic joins are a frame to each member for each member, by protocol.</li>
</ul>`;

function sectionOf(
  members: number,
  rows: readonly Row[],
  ratios: readonly Ratio[],
  cells: readonly Cell[],
  { servers }: BenchPlan,
): string {
  const own = ratios.filter((ratio) => ratio.members === members);
  const list = own.map((ratio) => `<li>${escape(sayRatio(ratio))}</li>`).join("");
  const here = cells.filter((cell) => cell.members === members && !isNull(cell.server));
  return section(
    headingOf(members),
    "",
    table(
      HEADS,
      inOrder(rows, members, servers).map((each) => row(cellsOfRow(each))),
    ) +
      (list === "" ? "" : `<ul>${list}</ul>`) +
      latencyChart(members, here),
  );
}

const isMeasured = ({ p99, deliveriesPerSecond }: BenchStep): boolean => p99 > 0 && deliveriesPerSecond > 0;

/** Every step of every round, by throughput and p99. */
function latencyChart(members: number, cells: readonly Cell[]): string {
  const servers = [...new Set(cells.map(({ server }) => server))];
  const series = servers.map((server): Series => {
    const own = cells.filter((cell) => cell.server === server);
    const points = own.flatMap(({ steps, round }) =>
      steps.filter(isMeasured).map(({ rate, p99, deliveriesPerSecond: x, failure }) => ({
        x,
        y: p99,
        says: `${wordsOf(server)}, round ${round}, ${rate} messages/s: ${short(x)} deliveries/s, p99 ${duration(p99)}${failure === null ? "" : ", failed"}`,
      })),
    );
    return { name: wordsOf(server), tone: TONES[server], kind: "dots", points };
  });
  const points = series.flatMap((each) => each.points);
  if (points.length === 0) return "";
  const bound = boundOf(members);
  return figure({
    title: `p99 against throughput with ${members} members`,
    x: logAxis(
      "deliveries/s",
      points.map(({ x }) => x),
    ),
    y: logAxis("p99", [...points.map(({ y }) => y), bound], duration),
    series,
    marks: [{ axis: "y", at: bound, label: `bound ${duration(bound)}`, tone: "bad" }],
    height: 300,
  });
}

/** A figure of each server by members. */
function growthChart(
  rows: readonly Row[],
  of: (row: Row) => number | null,
  unit: string,
  say: (value: number) => string,
): string {
  const servers = [...new Set(rows.map(({ server }) => server))].filter(
    (server) => unit !== "µs" || !isNull(server),
  );
  const series = servers.flatMap((server): Series[] => {
    const points = rows
      .filter((each) => each.server === server)
      .toSorted((a, b) => a.members - b.members)
      .flatMap((each) => {
        const y = of(each);
        if (y === null) return [];
        return [
          { x: each.members, y, says: `${wordsOf(server)}, ${each.members} members: ${say(y)} ${unit}` },
        ];
      });
    const tone = TONES[server];
    const line = isNull(server) ? "dashed" : "line";
    return [
      { name: wordsOf(server), tone, kind: line, points },
      { name: "", tone, kind: "dots", points },
    ];
  });
  const points = series.flatMap((each) => each.points);
  if (points.length === 0) return "<p>Nothing was sustained yet.</p>";
  return figure({
    title: `${unit} by members`,
    x: logAxis(
      "members",
      points.map(({ x }) => x),
    ),
    y: logAxis(
      unit,
      points.map(({ y }) => y),
      say,
    ),
    series,
    height: 300,
  });
}

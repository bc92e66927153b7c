// The capacity card: members by messages a second, each measured point with its p99, and the limit of each row. Pure.
import { type Capacity, type CapacityRow, sayLimit } from "./capacity.ts";
import { escape } from "./charts.ts";
import type { LadderStep } from "./ladder-outcome.ts";
import { page, section, TARGET_WORDS } from "./report-page.ts";
import type { RunResult } from "./result.ts";
import { duration, short } from "./scales.ts";

export function capacitySection(capacity: Capacity): string {
  const { rows, rates, bounds } = capacity;
  const lead = `Messages a second to the right; p99 and deliveries/s at each point that was measured. A step holds with a p99 of at most ${duration(bounds.p99Ms)} and no broken law; what is empty nobody tried.`;
  const head = `<tr><th>members</th>${rates.map((rate) => `<th>${rate}/s</th>`).join("")}</tr>`;
  const body = rows.map(
    (row) => `<tr><td>${row.members}</td>${rates.map((rate) => cellOf(row, rate)).join("")}</tr>`,
  );
  const limits = rows.map((row) => `<li>${escape(sayLimit(row))}</li>`).join("");
  return section(
    "Capacity card",
    lead,
    `<div class="scroll"><table class="card">${head}${body.join("")}</table></div><ul>${limits}</ul>`,
  );
}

function cellOf({ steps }: CapacityRow, rate: number): string {
  const step = steps.find((one) => one.rate === rate);
  if (step === undefined) return `<td class="none"></td>`;
  const says = step.failure === null ? "held" : step.failure;
  const state = step.failure === null ? "held" : "failed";
  return `<td class="${state}" title="${escape(says)}">${insideOf(step)}</td>`;
}

function insideOf({ failure, result: { headline } }: LadderStep): string {
  if (headline === null)
    return `<b>${failure?.startsWith("VOID") === true ? "VOID" : "BROKEN"}</b><span>&nbsp;</span>`;
  return `<b>${duration(headline.p99)}</b><span>${short(headline.deliveriesPerSecondPerRoom)}/s</span>`;
}

/** A page of its own, of several ladders. */
export function renderCapacity(title: string, capacity: Capacity, shown: RunResult, command: string): string {
  const { target, machine, parameters, started } = shown;
  const said = `${started.replace("T", " ").slice(0, 16)} UTC · ${TARGET_WORDS[target.kind]} ${target.version} · ${parameters.CHAT_PROTOCOL} clients, ${parameters.CHAT_SIZE} characters a message · ${machine.cores} cores, ${machine.cpu}`;
  const parts = [
    `<header><h1>${escape(title)}</h1><p class="soft">${escape(said)}</p></header>`,
    capacitySection(capacity),
    section("Repeat it", "", `<pre>${escape(command)}</pre>`),
  ];
  return page(title, parts.join("\n"));
}

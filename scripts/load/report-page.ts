// The frame of every report: one HTML file that needs nothing else, its sections and tables, and what targets are called. Pure.
import { escape } from "./charts.ts";
import { STYLE } from "./report-style.ts";
import type { TargetKind } from "./result.ts";

export const TARGETS = {
  local: "local room",
  url: "deployed room",
  null: "null server",
  relay: "bare relay object",
  "node-ws": "Node ws server",
} as const satisfies Record<TargetKind, string>;

/** The whole file. */
export const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${STYLE}</style>
<main>
${body}
</main>
</html>
`;

export const section = (title: string, lead: string, body: string): string =>
  `<section><h2>${escape(title)}</h2>${lead === "" ? "" : `<p class="lead">${escape(lead)}</p>`}${body}</section>`;

/** A row of text; its sixth cell is words. */
export const row = (cells: readonly string[]): string =>
  `<tr>${cells.map((cell, i) => `<td${i === cells.length - 1 && i > 4 ? ' class="words"' : ""}>${escape(cell)}</td>`).join("")}</tr>`;

export const table = (head: readonly string[], rows: readonly string[]): string =>
  `<div class="scroll"><table>${head.some((name) => name !== "") ? `<tr>${head.map((name) => `<th>${escape(name)}</th>`).join("")}</tr>` : ""}${rows.join("")}</table></div>`;

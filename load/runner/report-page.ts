// The frame of every report: one HTML file that needs nothing else, its sections and tables, and what targets are called. Pure.
import { escape } from "./charts.ts";
import { STYLE } from "./report-style.ts";
import type { TargetKind } from "./result.ts";

export const TARGET_WORDS = {
  local: "local room",
  url: "deployed room",
  null: "null server",
  relay: "bare relay object",
  "node-ws": "Node ws server",
  demo: "demo-like object",
} as const satisfies Record<TargetKind, string>;

/** The whole file; `after` stands behind its main part. */
export const page = (title: string, body: string, after = ""): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${STYLE}</style>
<main>
${body}
</main>
${after}</html>
`;

/** What stands in a page's main part. */
export const mainOf = (html: string): string => /<main>\n([^]*)\n<\/main>/.exec(html)?.[1] ?? "";

export const section = (title: string, lead: string, body: string): string =>
  `<section><h2>${escape(title)}</h2>${lead === "" ? "" : `<p class="lead">${escape(lead)}</p>`}${body}</section>`;

const cellsOf = (tag: "th" | "td", cells: readonly string[]): string =>
  cells
    .map((cell, i) => {
      const isWords = i > 4 && i === cells.length - 1;
      return `<${tag}${isWords ? ' class="words"' : ""}>${escape(cell)}</${tag}>`;
    })
    .join("");

/** A row of text. In a wide table the last cell is words, the others are figures. */
export const row = (cells: readonly string[]): string => `<tr>${cellsOf("td", cells)}</tr>`;

/** Names and what each is, in words that wrap. */
export const facts = (rows: readonly (readonly [string, string])[]): string =>
  `<table class="facts">${rows.map((cells) => row(cells)).join("")}</table>`;

/** Rows under their heads; no heads where all are empty. */
export const table = (head: readonly string[], rows: readonly string[]): string => {
  const heads = head.some((name) => name !== "") ? `<tr>${cellsOf("th", head)}</tr>` : "";
  return `<div class="scroll"><table>${heads}${rows.join("")}</table></div>`;
};

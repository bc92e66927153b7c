// One picture of all screenshots, a row for each state: what a change does to the looks is seen at a glance.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { ARTIFACTS } from "./browser.ts";

/** `shots` are the columns; each picture is the file `<state>-<shot>.png`. */
export async function contactSheet(
  browser: Browser,
  states: readonly string[],
  shots: readonly string[],
): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1800, height: 900 } });
  const rows = states.map(async (state) => {
    const pictures = shots.map(async (shot) => {
      const png = await readFile(join(ARTIFACTS, `${state}-${shot}.png`), "base64");
      return `<img alt="${shot}" src="data:image/png;base64,${png}">`;
    });
    return `<h2>${state}</h2><div>${(await Promise.all(pictures)).join("")}</div>`;
  });
  await page.setContent(`<style>
    body { margin: 16px; background: #888; font: 16px system-ui }
    h2 { margin: 16px 0 4px }
    div { display: flex; gap: 8px }
    img { height: 420px; border: 1px solid #444 }
  </style>${(await Promise.all(rows)).join("")}`);
  await page.screenshot({ path: join(ARTIFACTS, "contact.png"), fullPage: true });
  await page.close();
}

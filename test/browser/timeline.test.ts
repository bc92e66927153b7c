// The timeline page in a browser: by keyboard, by a link to a moment, with hostile text, in both schemes, and for screen readers.
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HistoryEvent } from "../support/history.ts";
import { check } from "../support/checker.ts";
import { writePage } from "../timeline/keep.ts";
import { timelinePage } from "../timeline/page.ts";
import { ARTIFACTS, launch } from "./browser.ts";

const HOSTILE = "</script><img src=x onerror=\"document.title='hacked'\">";

const joined = (client: string): HistoryEvent => ({
  type: "joined",
  client,
  epoch: "e",
  resumed: false,
  after: 0,
  head: 0,
});
const seen = { seq: 1, name: "ann", message: HOSTILE, timestamp: 1 };
const history: readonly HistoryEvent[] = [
  joined("ann"),
  joined("bob"),
  { type: "sent", client: "ann", name: "ann", message: HOSTILE },
  { type: "received", client: "ann", epoch: "e", seen },
  { type: "acknowledged", client: "ann", epoch: "e", message: HOSTILE },
  { type: "log", epoch: "e", floor: 0, messages: [], isQuiet: true },
];

let browser: Browser;
let url: string;
beforeAll(async () => {
  browser = await launch();
  const page = timelinePage(history, check(history), { title: "A lost message", replay: ["npm run this"] });
  writePage("artifacts/timelines/in-a-browser.html", page);
  url = pathToFileURL(join(ARTIFACTS, "timelines/in-a-browser.html")).href;
});
afterAll(() => browser.close());

async function open(hash = "", options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  await page.goto(`${url}${hash}`);
  return page;
}

const said = (page: Page): Promise<string | null> => page.locator("#said").textContent();

test("a page opens where the law broke, goes on by keyboard, and a link leads to a moment", async () => {
  const page = await open();
  expect(await said(page)).toBe("event 6, moment 5 of 5");
  await page.keyboard.press("ArrowLeft");
  expect(await said(page)).toBe("event 5, moment 4 of 5");
  expect(await page.locator("#events").textContent()).toContain("is told that");
  await page.keyboard.press("Home");
  expect(await said(page)).toBe("event 1, moment 1 of 5");
  await page.keyboard.press("n");
  expect(await said(page)).toBe("event 3, moment 2 of 5");
  expect(page.url()).toMatch(/#t=2$/);
  expect(await page.locator("article.client").first().textContent()).toContain("said, and not answered");
  const linked = await open("#t=3");
  expect(await said(linked)).toBe("event 4, moment 3 of 5");
  await linked.locator(".looked-at .story a").first().click();
  expect(await said(linked)).toBe("event 3, moment 2 of 5");
  await Promise.all([page.close(), linked.close()]);
});

test("[D11] what strangers wrote stays text in a page", async () => {
  const page = await open();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowLeft");
  expect(await page.title()).toBe("A lost message");
  expect(await page.locator("img").count()).toBe(0);
  expect(requests).toEqual([]);
  expect(await page.locator("#table").textContent()).toContain(HOSTILE.slice(0, 30));
  await page.close();
});

test.each([
  { name: "desktop", colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { name: "phone", colorScheme: "dark", viewport: { width: 390, height: 844 } },
] as const)(
  "a page has nothing that keeps people out, on a $name, and does not scroll sideways",
  async ({ name, ...options }) => {
    const page = await open("", options);
    await page.locator("#table summary").click();
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      const results = await axe.run();
      return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    });
    expect(violations).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.screenshot({ path: join(ARTIFACTS, `timeline-${name}.png`) });
    await page.close();
  },
);

// What axe finds in each state and both themes: nothing. It knows contrast, names, roles and lists; it does not know sense.
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalServer } from "../../tools/server.ts";
import { between, isLive, launch, say, seesLast, serve, visit } from "./browser.ts";

let browser: Browser;
let server: LocalServer;

beforeAll(async () => {
  browser = await launch();
  server = await serve("axe");
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** axe's findings in both themes, on a desktop and a phone. */
async function findings(page: Page): Promise<string[]> {
  const found: string[] = [];
  await page.evaluate(axe.source);
  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [1280, 390]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      await page.waitForTimeout(200);
      const problems = await page.evaluate(async () => {
        const { axe: it } = window as unknown as { axe: typeof axe };
        const { violations } = await it.run(document);
        return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
      });
      found.push(...problems.map((problem) => `${colorScheme} ${width}: ${problem}`));
    }
  return found;
}

/** The page's own policy forbids scripts from elsewhere, axe too. */
const OPEN = { bypassCSP: true };

test("axe finds nothing in the entry, an empty room, a conversation, its people and its menu", async () => {
  const ann = await visit(browser, server.url, "axe", "Ann", OPEN);
  expect(await findings(ann.page)).toEqual([]);
  const people = await Promise.all(
    Array.from({ length: 8 }, (_, i) => visit(browser, server.url, "axe", `Person ${i}`)),
  );
  for (const [i, { page }] of people.entries()) {
    await say(page, `>>1 hello @Ann, number ${i} of \`many\`: https://a.example/${i}`);
    await say(page, "and more");
  }
  await ann.page.waitForFunction(() => document.querySelectorAll("#log .message").length === 16);
  await ann.page.hover("#log .message:last-of-type");
  expect(await findings(ann.page)).toEqual([]);
  await ann.page.click("#people");
  expect(await findings(ann.page)).toEqual([]);
  await ann.page.keyboard.press("Escape");
  await ann.page.setViewportSize({ width: 1280, height: 800 });
  await ann.page.click("#invite");
  expect(await findings(ann.page)).toEqual([]);
  await ann.page.goto(server.url);
  await ann.page.waitForSelector("#my-rooms");
  expect(await findings(ann.page)).toEqual([]);
  for (const { context } of [ann, ...people]) await context.close();
});

test("axe finds nothing while messages wait, fail, and the connection is gone", async () => {
  const context = await browser.newContext(OPEN);
  await between(context, ({ message, counter }) => {
    if (message === "no") return { refused: { counter, code: "bad-frame" } };
    return message === "wait" ? { refused: { counter, code: "rate-limited", retryAfter: 60_000 } } : null;
  });
  const page = await context.newPage();
  await page.goto(`${server.url}/#trouble`);
  await page.fill("#name", "Ann");
  await page.click("#enter button[type=submit]");
  await isLive(page);
  await say(page, "yes");
  await seesLast(page, "yes");
  await say(page, "no");
  await page.waitForSelector("#outbox .failed");
  await isLive(page);
  await say(page, "wait");
  await page.fill("#message", "x".repeat(2_100));
  await page.press("#message", "Enter");
  await page.waitForSelector("#outbox .words:has-text('In line')");
  expect(await findings(page)).toEqual([]);
  await context.setOffline(true);
  await page.waitForSelector("#trouble:not([hidden])");
  expect(await findings(page)).toEqual([]);
  await context.close();
});

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalServer } from "../../tools/server.ts";
import { isLive, launch, say, seesLast, serve, texts, visit } from "./browser.ts";

let browser: Browser;
let server: LocalServer;

beforeAll(async () => {
  browser = await launch();
  server = await serve("chat");
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

test("[D1] [D7] two people chat in two browsers, and a reload shows the history once", async () => {
  const ann = await visit(browser, server.url, "garden", "Ann");
  const bob = await visit(browser, server.url, "garden", "Bob");
  await say(ann.page, "Hello Bob!");
  await seesLast(bob.page, "Hello Bob!");
  await say(bob.page, "Hi Ann");
  await seesLast(ann.page, "Hi Ann");
  await ann.page.waitForFunction(() => document.querySelectorAll("#members li").length === 2);
  expect(await ann.page.locator("#count").textContent()).toBe("2");
  await ann.page.reload();
  await seesLast(ann.page, "Hi Ann");
  expect(await texts(ann.page)).toEqual(["Hello Bob!", "Hi Ann"]);
  await bob.context.close();
  await ann.page.waitForFunction(() => document.querySelectorAll("#members li").length === 1);
  expect([...ann.complaints, ...bob.complaints]).toEqual([]);
  await ann.context.close();
});

test("[D11] names and messages are text, whatever they hold", async () => {
  const nasty = `<img src=x onerror=alert(1)><script>alert(2)</script>\u202e{{7*7}}`;
  const ann = await visit(browser, server.url, "text", "<b>Ann</b>");
  const bob = await visit(browser, server.url, "text", "Bob");
  await say(ann.page, nasty);
  await seesLast(bob.page, nasty);
  expect(await bob.page.locator("#log img, #log script, #log b").count()).toBe(0);
  expect(await bob.page.locator("#log .name").last().textContent()).toBe("<b>Ann</b>");
  const blocked = await bob.page.evaluate(() => {
    try {
      document.body.insertAdjacentHTML("beforeend", "<i>no</i>");
      return false;
    } catch {
      return true;
    }
  });
  expect(blocked, "Trusted Types are enforced").toBe(true);
  await Promise.all([ann.context.close(), bob.context.close()]);
});

test("a private room has a link of its own", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(server.url);
  await page.fill("#name", "Ann");
  await page.click("#new-private");
  await isLive(page);
  expect(new URL(page.url()).hash).toMatch(/^#[0-9a-f]{64}$/);
  expect(await page.locator("#room-title").textContent()).toBe("Private room");
  await context.close();
});

test("a room's name is normalised as the server does it", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(server.url);
  await page.fill("#room", "Rose Garden!");
  expect(await page.locator("#room-hint").textContent()).toContain("rose-garden");
  await page.click("#enter button[type=submit]");
  await isLive(page);
  expect(new URL(page.url()).hash).toBe("#rose-garden");
  await context.close();
});

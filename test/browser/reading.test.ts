// The place of whoever reads: it moves by their own hand only. And what is written to be ugly stays small.
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalServer } from "../../tools/server.ts";
import { RawClient } from "../support/raw-client.ts";
import { isLive, launch, say, seesLast, serve, visit } from "./browser.ts";

const PHONE = { viewport: { width: 390, height: 844 } };
let browser: Browser;
let server: LocalServer;

beforeAll(async () => {
  browser = await launch();
  server = await serve("reading");
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Somebody without a page says all these. */
async function fill(room: string, messages: readonly string[], name = "Bob"): Promise<void> {
  const client = await RawClient.connect(server.url, room, "10.9.1.1");
  client.send({ name, protocol: 1, key: `the key of somebody called ${name}`, client: "fill" });
  messages.forEach((message, i) => client.send({ message, counter: i + 1 }));
  await client.until(
    ({ events }) => events?.some(({ message }) => message === messages.at(-1)) === true,
    "last message",
  );
  await client.close();
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `message ${i + 1}`);
/** Pixels between what is seen and the end. */
const toEnd = (page: Page): Promise<number> =>
  page.locator("#scroller").evaluate((it) => it.scrollHeight - it.scrollTop - it.clientHeight);
const settled = (page: Page): Promise<void> => page.waitForTimeout(250);
const topOf = (page: Page, text: string): Promise<number> =>
  page.locator(`#log .text:text-is('${text}')`).evaluate((row) => row.getBoundingClientRect().top);

/** From the next connection on, pages of history wait until `isHeld` is false. */
async function holdPages(context: BrowserContext): Promise<{ isHeld: boolean }> {
  const pages = { isHeld: true };
  await context.routeWebSocket(/\/websocket$/, (page) => {
    const room = page.connectToServer();
    room.onMessage(async (text) => {
      while (pages.isHeld && text.includes('"history"')) await sleep(20);
      page.send(text);
    });
  });
  return pages;
}

const scrollTop = (page: Page): Promise<number> => page.locator("#scroller").evaluate((it) => it.scrollTop);

/** A wheel goes on for a while, the longer the slower the machine is. */
async function hasComeToRest(page: Page): Promise<void> {
  for (let before = -1, now = await scrollTop(page); now !== before; now = await scrollTop(page)) {
    before = now;
    await sleep(300);
  }
}

describe("who was at the end stays there", () => {
  test("when the keyboard opens, the box grows and the window gets lower", async () => {
    await fill("end", numbered(60));
    const ann = await visit(browser, server.url, "end", "Ann", PHONE);
    await seesLast(ann.page, "message 60");
    await settled(ann.page);
    expect(await toEnd(ann.page)).toBeLessThan(2);
    await ann.page.setViewportSize({ width: 390, height: 480 });
    await settled(ann.page);
    expect(await toEnd(ann.page), "the keyboard").toBeLessThan(2);
    await ann.page.fill("#message", "1\n2\n3\n4\n5");
    await settled(ann.page);
    expect(await toEnd(ann.page), "five lines").toBeLessThan(2);
    await fill("end", ["while it is open"], "Chidi");
    await seesLast(ann.page, "while it is open");
    expect(await ann.page.isVisible("#to-end"), "nothing is unread").toBe(false);
    expect(await ann.page.title()).toBe("end · Edge Chat");
    await ann.context.close();
  });
});

describe("who reads further up stays there", () => {
  test("when a page of older messages comes", async () => {
    await fill("older", numbered(400));
    const ann = await visit(browser, server.url, "older", "Ann", PHONE);
    const pages = await holdPages(ann.context);
    await ann.page.reload();
    await seesLast(ann.page, "message 400");
    await settled(ann.page);
    // By wheel, as a person does it: the browser's own anchoring does not take part in what a script scrolls.
    const above = (await scrollTop(ann.page)) - 20;
    await ann.page.mouse.move(195, 400);
    await ann.page.mouse.wheel(0, -above);
    await ann.page.waitForSelector("text=Loading older messages");
    await hasComeToRest(ann.page);
    expect(await scrollTop(ann.page), "near the top, and not at it").toBeGreaterThan(0);
    const before = await topOf(ann.page, "message 303");
    pages.isHeld = false;
    await ann.page.waitForFunction(() => document.querySelectorAll("#log .message").length > 150);
    await settled(ann.page);
    expect(Math.abs((await topOf(ann.page, "message 303")) - before)).toBeLessThan(3);
    await ann.context.close();
  });

  test("[D12] when much comes at the end, which then is a short way off, each message once", async () => {
    await fill("flood", numbered(150));
    const ann = await visit(browser, server.url, "flood", "Ann", PHONE);
    await seesLast(ann.page, "message 150");
    await ann.page.locator("#scroller").evaluate((it) => it.scrollTo(0, 1_500));
    await settled(ann.page);
    const seen = await ann.page.evaluate(() => {
      const edge = document.querySelector("#scroller")?.getBoundingClientRect().top ?? 0;
      const rows = [...document.querySelectorAll("#log .text")];
      return rows.find((row) => row.getBoundingClientRect().top > edge)?.textContent ?? "";
    });
    const before = await topOf(ann.page, seen);
    await fill(
      "flood",
      Array.from({ length: 500 }, (_, i) => `more ${i + 1}`),
      "Chidi",
    );
    await ann.page.waitForSelector("#to-end:has-text('500 new messages')");
    expect(Math.abs((await topOf(ann.page, seen)) - before)).toBeLessThan(3);
    expect(await ann.page.locator("#log .message").count()).toBeLessThanOrEqual(300);
    await ann.page.click("#to-end");
    await seesLast(ann.page, "more 500");
    await settled(ann.page);
    expect(await toEnd(ann.page)).toBeLessThan(2);
    await ann.page.click("#to-new");
    await ann.page.waitForSelector("#log .unread");
    expect(await ann.page.locator(".unread + .message .text").textContent()).toBe("more 1");
    expect(await ann.page.isVisible("#to-end"), "the way back needs no news").toBe(true);
    const seqs = await ann.page
      .locator("#log .message")
      .evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.seq)));
    expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] ?? 0) + i));
    await ann.context.close();
  });
});

describe("what is written to be ugly", () => {
  test("two hundred line feeds are folded, and unfold when asked", async () => {
    const ann = await visit(browser, server.url, "folded", "Ann");
    await fill("folded", [`a${"\n".repeat(200)}b`]);
    const row = ann.page.locator("#log .message");
    await row.waitFor();
    expect((await row.boundingBox())?.height).toBeLessThan(400);
    await ann.page.click("text=Show more");
    expect((await row.boundingBox())?.height).toBeGreaterThan(3_000);
    await ann.context.close();
  });

  test("marks that are heaped on a letter stay in their own row", async () => {
    const ann = await visit(browser, server.url, "marks", "Ann");
    await fill("marks", [`A${"\u0316".repeat(120)}${"\u0301".repeat(120)}`]);
    const text = ann.page.locator("#log .text");
    await text.waitFor();
    expect(await text.evaluate((it) => getComputedStyle(it).overflow)).toBe("hidden");
    expect((await text.boundingBox())?.height).toBeLessThan(60);
    await ann.context.close();
  });

  test("a name of 32 wide letters makes nothing scroll sideways", async () => {
    const wide = "𒐫".repeat(16);
    const ann = await visit(browser, server.url, "wide", wide, PHONE);
    await fill("wide", ["hello", "W".repeat(256)], "W".repeat(32));
    await say(ann.page, "me too");
    await seesLast(ann.page, "me too");
    const widths = (): Promise<number[]> =>
      ann.page.evaluate(() =>
        ["html", "#scroller", "#roster"].map((it) => {
          const element = document.querySelector(it);
          return (element?.scrollWidth ?? 0) - (element?.clientWidth ?? 0);
        }),
      );
    expect(await widths()).toEqual([0, 0, 0]);
    await ann.page.click("#people");
    expect(await widths()).toEqual([0, 0, 0]);
    await ann.context.close();
  });

  test("[C6] a message of nothing but invisible characters is not sent, and stays in the box", async () => {
    const ann = await visit(browser, server.url, "invisible", "Ann");
    await say(ann.page, "\u200b\u3164\u2060");
    await settled(ann.page);
    expect(await ann.page.locator("#log .message, #outbox .message").count()).toBe(0);
    await ann.context.close();
  });
});

describe("who is who", () => {
  test("[C4] names that pretend do not deceive: one is marked as you, equal names have tags, and each stands by itself", async () => {
    const ann = await visit(browser, server.url, "names", "Ann");
    const liar = await visit(browser, server.url, "names", "Ann (you)");
    const twin = await visit(browser, server.url, "names", "Ann\u200b");
    const turned = await visit(browser, server.url, "names", "\u202eleM");
    await ann.page.waitForFunction(() => document.querySelectorAll("#members li").length === 4);
    expect(await ann.page.locator("#members .tag:text-is('you')").count()).toBe(1);
    const names = await ann.page.locator("#members .name").allTextContents();
    expect(names).toEqual(["Ann", "Ann (you)", "Ann", "leM"]);
    const twins = await ann.page
      .locator("#members li:has(.name:text-is('Ann')) .tag:not(:text-is('you'))")
      .allTextContents();
    expect(twins).toHaveLength(2);
    expect(new Set(twins).size).toBe(2);
    await say(twin.page, "hello");
    await seesLast(ann.page, "hello");
    expect(await ann.page.locator("#log .head .tag").textContent()).toMatch(/^[\w-]{4}$/);
    // Who came is told some time after it, and all at once.
    await ann.page.waitForFunction(() => document.querySelectorAll("#log .notice bdi").length === 3);
    for (const { context } of [ann, liar, twin, turned]) await context.close();
  });
});

test("a link to a message leads to it, also after a reload, and a quote leads to what it answers", async () => {
  await fill("places", numbered(400));
  const ann = await visit(browser, server.url, "places/120", "Ann");
  const isInView = (text: string): Promise<unknown> =>
    ann.page.waitForFunction((wanted) => {
      const row = [...document.querySelectorAll("#log .text")].find((it) => it.textContent === wanted);
      const box = row?.getBoundingClientRect();
      return box !== undefined && box.top > 0 && box.bottom < innerHeight;
    }, text);
  await isInView("message 120");
  await ann.page.reload();
  await isLive(ann.page);
  await isInView("message 120");
  await say(ann.page, ">>7 I answer that");
  await seesLast(ann.page, "I answer that");
  await ann.page.evaluate(() => {
    document.querySelector<HTMLElement>("#log .quote")?.click();
    // As a slow browser does, which tells late that she was at the end.
    document.querySelector("#scroller")?.dispatchEvent(new Event("scroll"));
  });
  await isInView("message 7");
  await settled(ann.page);
  await isInView("message 7");
  await ann.context.close();
});

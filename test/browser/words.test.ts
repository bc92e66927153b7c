// Nothing that somebody writes goes astray: not into another room, not away with a tab, not because a browser keeps nothing.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalServer } from "../../tools/server.ts";
import { isLive, launch, say, seesLast, serve, texts, visit } from "./browser.ts";

let browser: Browser;
let server: LocalServer;

beforeAll(async () => {
  browser = await launch();
  server = await serve("words");
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const newRoom = async (): Promise<string> =>
  (await fetch(`${server.url}/api/room`, { method: "POST" })).text();
const boxOf = (page: Page): Promise<string> => page.inputValue("#message");

async function goTo(page: Page, room: string): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), room);
}

describe("links", () => {
  test.each([
    { what: "a digit missing", damage: (id: string) => id.slice(1) },
    { what: "a letter too much", damage: (id: string) => `${id}x` },
    { what: "half of it", damage: (id: string) => id.slice(0, 30) },
  ])(
    "[C10] a private link with $what is called damaged, and leads nowhere, not to the lobby",
    async ({ damage }) => {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`${server.url}/#${damage(await newRoom())}`);
      await page.waitForSelector("#start-error:has-text('damaged')");
      expect(await page.inputValue("#room")).toBe("");
      await page.fill("#name", "Ann");
      await page.click("#enter button[type=submit]");
      await page.waitForTimeout(500);
      expect(await page.isVisible("#enter")).toBe(true);
      await context.close();
    },
  );

  test.each([
    { what: "a full stop", change: (id: string) => `${id}.` },
    { what: "a bracket", change: (id: string) => `${id})` },
    { what: "a tracker's query", change: (id: string) => `${id}?utm=x` },
    { what: "upper case", change: (id: string) => id.toUpperCase() },
  ])("[C10] a private link with $what leads into its room", async ({ change }) => {
    const id = await newRoom();
    const ann = await visit(browser, server.url, id, "Ann");
    const bob = await visit(browser, server.url, change(id), "Bob");
    await say(bob.page, "found it");
    await seesLast(ann.page, "found it");
    await Promise.all([ann.context.close(), bob.context.close()]);
  });

  test("[C10] a private link that is pasted into the room field is understood, and nothing of it becomes a public name", async () => {
    const id = await newRoom();
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(server.url);
    await page.focus("#room");
    await page.keyboard.insertText(`${server.url}/#${id}`);
    await page.waitForSelector("#room-hint:has-text('private room')");
    await page.keyboard.press("Enter");
    await isLive(page);
    expect(new URL(page.url()).hash).toBe(`#${id}`);
    await context.close();
  });
});

describe("drafts", () => {
  test("[P8] belong to their rooms: another room does not get one, and each survives a reload", async () => {
    const ann = await visit(browser, server.url, "draft-a", "Ann");
    await ann.page.fill("#message", "only for a");
    await goTo(ann.page, "draft-b");
    await isLive(ann.page);
    await ann.page.waitForSelector("#room-title:text-is('draft-b')");
    expect(await boxOf(ann.page)).toBe("");
    await ann.page.press("#message", "Enter");
    await ann.page.fill("#message", "only for b");
    await ann.page.reload();
    await isLive(ann.page);
    expect(await boxOf(ann.page)).toBe("only for b");
    await goTo(ann.page, "draft-a");
    await isLive(ann.page);
    await ann.page.waitForSelector("#room-title:text-is('draft-a')");
    expect(await boxOf(ann.page)).toBe("only for a");
    expect(await texts(ann.page)).toEqual([]);
    await ann.context.close();
  });
});

test("[P4] an address that changes while the tab finds out who it is leads into one room, the last", async () => {
  const context = await browser.newContext();
  await context.addInitScript(() => {
    const request = navigator.locks.request.bind(navigator.locks) as (...args: unknown[]) => Promise<unknown>;
    const late = async (...args: unknown[]): Promise<unknown> => {
      await new Promise((resolve) => {
        setTimeout(resolve, 600);
      });
      return request(...args);
    };
    Object.defineProperty(navigator.locks, "request", { value: late });
  });
  const page = await context.newPage();
  const opened: string[] = [];
  page.on("websocket", (socket) => opened.push(socket.url()));
  await page.goto(server.url);
  await page.evaluate(() => localStorage.setItem("edge-chat-name", "Ann"));
  await page.goto(`${server.url}/#first`);
  await page.reload();
  await goTo(page, "second");
  await isLive(page);
  await page.waitForTimeout(800);
  await say(page, "for the second room");
  await seesLast(page, "for the second room");
  expect(await page.locator("#log .text").count()).toBe(1);
  expect(opened.filter((url) => url.includes("/first/"))).toEqual([]);
  await context.close();
});

/** Ways in which a browser keeps nothing. */
const KEEPS_NOTHING: readonly { what: string; script: () => void }[] = [
  {
    what: "refuses all data of the site",
    script: () => {
      const refuse = {
        get: () => {
          throw new DOMException("denied", "SecurityError");
        },
      };
      Object.defineProperty(window, "localStorage", refuse);
      Object.defineProperty(window, "sessionStorage", refuse);
      Object.defineProperty(navigator.locks, "request", {
        value: () => Promise.reject(new DOMException("denied", "SecurityError")),
      });
    },
  },
  {
    what: "has no storage",
    script: () => {
      Object.defineProperty(window, "localStorage", { value: null });
      Object.defineProperty(window, "sessionStorage", { value: null });
    },
  },
  {
    what: "is full",
    script: () => {
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    },
  },
];

test.each(KEEPS_NOTHING)(
  "[P8] a browser that $what: one can talk, and is told and asked before leaving",
  async ({ script }) => {
    const context = await browser.newContext();
    await context.addInitScript(script);
    const page = await context.newPage();
    await page.goto(`${server.url}/#nothing-kept`);
    await page.fill("#name", "Ann");
    await page.click("#enter button[type=submit]");
    await isLive(page);
    await say(page, "I can talk");
    await seesLast(page, "I can talk");
    expect(await page.isVisible("text=This browser keeps nothing for this page")).toBe(true);
    await context.setOffline(true);
    await page.waitForSelector("#trouble:not([hidden])");
    await say(page, "not sent yet");
    const asked = page.waitForEvent("dialog");
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.accept();
    await context.close();
  },
);

test("[P8] a page from another machine over plain http, where a browser has neither randomUUID nor locks, can talk", async () => {
  const context = await browser.newContext();
  await context.addInitScript(() => {
    Object.defineProperty(crypto, "randomUUID", { value: undefined });
    Object.defineProperty(Navigator.prototype, "locks", { value: undefined });
    // As it is there: the property does not exist.
    Reflect.deleteProperty(Navigator.prototype, "locks");
  });
  const page = await context.newPage();
  await page.goto(`${server.url}/#plain`);
  await page.fill("#name", "Ann");
  await page.click("#enter button[type=submit]");
  await isLive(page);
  await say(page, "hello from afar");
  await seesLast(page, "hello from afar");
  await context.close();
});

async function leaveUnsent(
  context: BrowserContext,
  page: Page,
  room: string,
  words: readonly string[],
): Promise<void> {
  await goTo(page, room);
  await page.waitForSelector(`#room-title:text-is('${room}')`);
  await isLive(page);
  await context.setOffline(true);
  await page.waitForSelector("#trouble:not([hidden])");
  for (const text of words) await say(page, text);
  await page.close();
  await context.setOffline(false);
}

test("[P8] [D3] [D4] what was not sent when a tab was closed is told in the next one, and goes out there, once", async () => {
  const ann = await visit(browser, server.url, "closing-time", "Ann");
  const bob = await visit(browser, server.url, "closing-time", "Bob");
  await leaveUnsent(ann.context, ann.page, "closing-time", ["one", "two", "three"]);
  const next = await ann.context.newPage();
  await next.goto(`${server.url}/#elsewhere`);
  await next.waitForSelector("#unsent:has-text('3 messages not sent yet in closing-time')");
  await next.click("#unsent a");
  await seesLast(bob.page, "three");
  expect(await texts(bob.page)).toEqual(["one", "two", "three"]);
  await next.waitForFunction(() => document.querySelectorAll("#outbox li").length === 0);
  await Promise.all([ann.context.close(), bob.context.close()]);
});

test("the Enter that ends a composition in Safari does not send", async () => {
  const ann = await visit(browser, server.url, "composing", "Ann");
  await ann.page.fill("#message", "にほん");
  await ann.page.locator("#message").evaluate((box) => {
    const init = { key: "Enter", keyCode: 229, bubbles: true, cancelable: true };
    box.dispatchEvent(new KeyboardEvent("keydown", init));
  });
  expect(await boxOf(ann.page)).toBe("にほん");
  expect(await ann.page.locator("#outbox li, #log .message").count()).toBe(0);
  await ann.page.press("#message", "Enter");
  await seesLast(ann.page, "にほん");
  await ann.context.close();
});

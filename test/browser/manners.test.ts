// How the page behaves towards people: calm when all is well, precise when not, and never in their way.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalServer } from "../../tools/server.ts";
import { between, isLive, launch, say, seesLast, serve, texts, visit } from "./browser.ts";

let browser: Browser;
let server: LocalServer;

beforeAll(async () => {
  browser = await launch();
  server = await serve("manners");
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement?.id ?? "");

async function enter(context: BrowserContext, room: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${server.url}/#${room}`);
  await page.fill("#name", "Ann");
  await page.click("#enter button[type=submit]");
  return page;
}

describe("what waits", () => {
  test("[P8] at the limit: in line, with a countdown, and the rows that wait stay the elements that they are", async () => {
    const context = await browser.newContext();
    let isFull = true;
    await between(context, ({ counter }) =>
      counter !== undefined && isFull
        ? { refused: { counter, code: "rate-limited", retryAfter: 4_000 } }
        : null,
    );
    const page = await enter(context, "line");
    await isLive(page);
    await say(page, "one");
    await page.waitForSelector("#outbox .words:has-text('In line, next in')");
    const row = await page.$("#outbox li");
    await say(page, "two");
    await page.waitForSelector("#outbox .words:has-text('2 messages: in line, next in 3 s')");
    expect(await page.textContent("#outbox"), "nobody is blamed").not.toMatch(/fast/i);
    expect(await row?.evaluate((element) => element.isConnected)).toBe(true);
    isFull = false;
    await seesLast(page, "two");
    expect(await texts(page)).toEqual(["one", "two"]);
    await context.close();
  });

  test("[P10] a join that is refused for now says so, and when it is tried again", async () => {
    const context = await browser.newContext();
    await between(context, () => ({ refused: { code: "rate-limited", retryAfter: 60_000 } }));
    const page = await enter(context, "queue");
    await page.waitForSelector("#trouble-when:has-text('Next try in')");
    expect(await page.textContent("#trouble-when")).toMatch(/Next try in (5\d|6[01]) s\./);
    await context.close();
  });

  test("a message that is too long says by how much, and what to do when one tries", async () => {
    const ann = await visit(browser, server.url, "long", "Ann");
    await ann.page.fill("#message", "x".repeat(2_344));
    expect(await ann.page.textContent("#left")).toBe("344 too many");
    await ann.page.press("#message", "Enter");
    await ann.page.waitForSelector("#composer-alert:has-text('at most 2,000 characters')");
    expect(await ann.page.inputValue("#message")).toHaveLength(2_344);
    await ann.context.close();
  });
});

describe("where one cannot talk there is no box that lies", () => {
  test("[P10] no such room", async () => {
    const context = await browser.newContext();
    const page = await enter(context, "0".repeat(64));
    await page.waitForSelector("text=There is no such room. Check the link.");
    expect(await page.isVisible("#composer")).toBe(false);
    await context.close();
  });
});

describe("all is well", () => {
  test("nothing is said of the connection, and an empty room invites", async () => {
    const ann = await visit(browser, server.url, "empty", "Ann");
    await ann.page.waitForSelector("text=Nobody has said anything here yet");
    expect(await ann.page.isVisible("#trouble")).toBe(false);
    expect(await ann.page.textContent(".bar")).not.toMatch(/connected/i);
    await ann.page.click("#log button:text('Invite people')");
    expect(await ann.page.inputValue("#room-link")).toBe(`${server.url}/#empty`);
    await ann.page.keyboard.press("Escape");
    await say(ann.page, "first");
    await seesLast(ann.page, "first");
    expect(await ann.page.isVisible("text=Nobody has said anything")).toBe(false);
    await ann.context.close();
  });

  test("the focus is in the box after sending, by button too, and whoever types anywhere means the box", async () => {
    const ann = await visit(browser, server.url, "focus", "Ann");
    expect(await focused(ann.page)).toBe("message");
    await ann.page.keyboard.type("one");
    await ann.page.click(".send");
    await seesLast(ann.page, "one");
    expect(await focused(ann.page)).toBe("message");
    await ann.page.click("#people");
    await ann.page.keyboard.type("two");
    expect(await ann.page.inputValue("#message")).toBe("two");
    await ann.context.close();
  });

  test("by keyboard alone: up to the messages, answer one, and Tab finishes a name", async () => {
    const ann = await visit(browser, server.url, "keys", "Ann");
    const bob = await visit(browser, server.url, "keys", "Bob Lee");
    await say(bob.page, "shall we?");
    await seesLast(ann.page, "shall we?");
    await ann.page.keyboard.press("ArrowUp");
    await ann.page.keyboard.press("Tab");
    await ann.page.keyboard.press("Enter");
    expect(await ann.page.textContent("#answered")).toBe("Answer to Bob Lee shall we?");
    await ann.page.keyboard.type("yes @bo");
    await ann.page.keyboard.press("Tab");
    expect(await ann.page.inputValue("#message")).toBe("yes @Bob Lee ");
    await ann.page.keyboard.press("Enter");
    await seesLast(bob.page, "yes @Bob Lee");
    expect(await bob.page.textContent("#log .meant mark")).toBe("@Bob Lee");
    expect(await bob.page.textContent("#log .quote")).toBe("Bob Lee shall we?");
    await Promise.all([ann.context.close(), bob.context.close()]);
  });
});

describe("what a person keeps for themselves", () => {
  test("a room's own name and the rooms of before; a person who is muted is not heard until they are unmuted", async () => {
    const ann = await visit(browser, server.url, "own-names", "Ann");
    const bob = await visit(browser, server.url, "own-names", "Bob");
    await say(bob.page, "noise");
    await seesLast(ann.page, "noise");
    await ann.page.hover("#log .message");
    await ann.page.click("#act-mute");
    await ann.page.waitForFunction(() => document.querySelectorAll("#log .message").length === 0);
    await ann.page.click("#invite");
    await ann.page.fill("#room-label", "Garden club");
    await ann.page.click("#muted-list button");
    await ann.page.click("#close-menu");
    await seesLast(ann.page, "noise");
    expect(await ann.page.title()).toBe("Garden club · Edge Chat");
    await ann.page.click(".back");
    await ann.page.click("#my-rooms-list a:text('Garden club')");
    await isLive(ann.page);
    await Promise.all([ann.context.close(), bob.context.close()]);
  });
});

test("[D11] links lead to http and https only, say where, and tell that site nothing", async () => {
  const ann = await visit(browser, server.url, "links", "Ann");
  await say(ann.page, "see https://a.example/b?c=1, http://bücher.example not javascript:alert(1)");
  await ann.page.waitForSelector("#log a");
  const links = await ann.page
    .locator("#log .text a")
    .evaluateAll((all) =>
      all.map((a) => [
        a.textContent,
        a.getAttribute("href"),
        a.getAttribute("rel"),
        a.getAttribute("target"),
      ]),
    );
  const rel = "noopener noreferrer nofollow";
  expect(links).toEqual([
    ["https://a.example/b?c=1", "https://a.example/b?c=1", rel, "_blank"],
    ["http://bücher.example (xn--bcher-kva.example)", "http://bücher.example", rel, "_blank"],
  ]);
  await ann.context.close();
});

// What the page does when the room, or another tab, says no. Where a real room would take long to say so, the test says it.
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalServer } from "../../tools/server.ts";
import { ARTIFACTS, between, isLive, launch, say, seesLast, serve, texts, visit } from "./browser.ts";

let browser: Browser;
let server: LocalServer;

beforeAll(async () => {
  browser = await launch();
  server = await serve("states");
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Opens another tab of the same browser; with an opener it is a duplicate, session storage included. */
async function anotherTab(page: Page, isDuplicate: boolean): Promise<Page> {
  if (!isDuplicate) {
    const tab = await page.context().newPage();
    await tab.goto(page.url());
    return tab;
  }
  const opened = page.context().waitForEvent("page");
  await page.evaluate(() => void window.open(location.href));
  return opened;
}

const tagOf = (page: Page): Promise<string | null> =>
  page.evaluate(() => sessionStorage.getItem("edge-chat-tab"));

test.each([
  { what: "another tab", isDuplicate: false },
  { what: "a duplicated tab", isDuplicate: true },
])(
  "[D8] [P4] $what of one browser is the same person, with a tag of its own",
  async ({ what, isDuplicate }) => {
    const room = what.replaceAll(" ", "-");
    const bob = await visit(browser, server.url, room, "Bob");
    const ann = await visit(browser, server.url, room, "Ann");
    await ann.context.setOffline(true);
    await ann.page.waitForSelector("#trouble:not([hidden])");
    await say(ann.page, "said before the second tab");
    await ann.context.setOffline(false);
    const second = await anotherTab(ann.page, isDuplicate);
    await Promise.all([isLive(ann.page), isLive(second)]);
    await say(second, "from the second tab");
    // Confirmed: who said it sees it before.
    await Promise.all(
      [ann.page, bob.page, second].map((page) =>
        page.waitForFunction(() => document.querySelectorAll("#log .text").length >= 2),
      ),
    );
    expect(await tagOf(second)).not.toBe(await tagOf(ann.page));
    for (const page of [ann.page, bob.page, second]) {
      await page.waitForFunction(() => document.querySelectorAll("#members li").length === 2);
      expect(await page.locator("#count").textContent()).toBe("2");
      expect((await texts(page)).toSorted()).toEqual(["from the second tab", "said before the second tab"]);
    }
    await second.close();
    await bob.page.waitForTimeout(300);
    // Her first tab may have been seen to leave while it was offline; the second one is no news, coming or going.
    const news = await bob.page.locator("#log .notice").allTextContents();
    expect(news.at(-1)).toBe("Ann joined");
    expect(news.filter((text) => text === "Ann joined").length).toBe(
      news.filter((text) => text === "Ann left").length + 1,
    );
    await Promise.all([ann.context.close(), bob.context.close()]);
  },
);

test("[P4] a page whose place was taken says so, stays away, and comes back when asked to", async () => {
  const ann = await visit(browser, server.url, "taken", "Ann");
  const tag = (await tagOf(ann.page)) ?? "";
  const key = await ann.page.evaluate(() => localStorage.getItem("edge-chat-key"));
  await ann.page.evaluate(
    ([hello]) => {
      const socket = new WebSocket("/api/room/taken/websocket");
      socket.addEventListener("open", () => socket.send(hello ?? ""));
    },
    [JSON.stringify({ name: "Ann", protocol: 1, key, client: tag })],
  );
  await ann.page.waitForSelector('#chat[data-status="superseded"]');
  await ann.page.waitForTimeout(1_500);
  expect(await ann.page.locator("#chat").getAttribute("data-status")).toBe("superseded");
  await ann.page.click("#again");
  await isLive(ann.page);
  await ann.context.close();
});

test("[P5] [D2] history that is refused while scrolling comes by itself, each message once", async () => {
  const ann = await visit(browser, server.url, "scroll", "Ann");
  for (let i = 1; i <= 120; i++) await say(ann.page, `m${i}`);
  await seesLast(ann.page, "m120");
  let refusals = 0;
  await between(ann.context, (frame) => {
    if (frame.history === undefined || refusals === 2) return null;
    refusals += 1;
    return { refused: { code: "rate-limited", retryAfter: 400 } };
  });
  await ann.page.reload();
  await seesLast(ann.page, "m120");
  await ann.page.locator("#scroller").evaluate((element) => element.scrollTo(0, 0));
  await ann.page.waitForSelector("text=Loading older messages");
  await ann.page.waitForFunction(() => document.querySelectorAll("#log .text").length === 120);
  expect(refusals).toBe(2);
  expect(await texts(ann.page)).toEqual(Array.from({ length: 120 }, (_, i) => `m${i + 1}`));
  expect(await ann.page.locator("#log .day").count(), "one day, one divider").toBe(1);
  await ann.context.close();
});

test("a message that the room refuses is shown as not sent, is kept over a reload, and goes with one click", async () => {
  const ann = await visit(browser, server.url, "refusing", "Ann");
  let isRefusing = true;
  await between(ann.context, ({ message, counter }) =>
    message === "no" && isRefusing ? { refused: { counter, code: "bad-frame" } } : null,
  );
  await ann.page.reload();
  await isLive(ann.page);
  await say(ann.page, "no");
  await say(ann.page, "yes");
  await seesLast(ann.page, "yes");
  await ann.page.screenshot({ path: join(ARTIFACTS, "not-sent.png") });
  await ann.page.reload();
  await isLive(ann.page);
  expect(await ann.page.locator("#outbox .failed").allTextContents()).toEqual([
    "noNot sent. Try again Discard",
  ]);
  isRefusing = false;
  await ann.page.click("#outbox button:text('Try again')");
  await seesLast(ann.page, "no");
  expect(await texts(ann.page)).toEqual(["yes", "no"]);
  await ann.context.close();
});

test("[P10] a name that the room will not take is told in the room's words, and a room that is none too", async () => {
  const context = await browser.newContext();
  await between(context, () => ({ error: "Name too long.", code: "name-too-long" }));
  const page = await context.newPage();
  await page.goto(`${server.url}/#any`);
  await page.fill("#name", "Ann");
  await page.click("#enter button[type=submit]");
  await page.waitForSelector('#chat[data-status="refused"]');
  expect(await page.locator("#trouble-text").textContent()).toBe("Name too long.");
  await context.close();
  const lost = await browser.newContext();
  const wrong = await lost.newPage();
  await wrong.goto(`${server.url}/#${"0".repeat(64)}`);
  await wrong.fill("#name", "Ann");
  await wrong.click("#enter button[type=submit]");
  await wrong.waitForSelector("text=There is no such room. Check the link.");
  await lost.close();
});

test("unread messages are counted in the title and marked where they begin; being read ends that", async () => {
  const ann = await visit(browser, server.url, "unread", "Ann");
  const bob = await visit(browser, server.url, "unread", "Bob", { viewport: { width: 390, height: 500 } });
  for (let i = 1; i <= 15; i++) await say(ann.page, `old ${i}`);
  await seesLast(bob.page, "old 15");
  await bob.page.locator("#scroller").evaluate((element) => element.scrollTo(0, 0));
  await say(ann.page, "new 1");
  await say(ann.page, "new 2");
  await bob.page.waitForSelector("#to-end:text('2 new messages')");
  expect(await bob.page.title()).toBe("(2) unread · Edge Chat");
  await bob.page.screenshot({ path: join(ARTIFACTS, "unread-phone.png") });
  expect(await bob.page.locator(".unread + .message .text").textContent()).toBe("new 1");
  await bob.page.click("#to-end");
  await bob.page.waitForSelector("#to-end", { state: "hidden" });
  expect(await bob.page.title()).toBe("unread · Edge Chat");
  await Promise.all([ann.context.close(), bob.context.close()]);
});

// Coming back with something to say: what waits survives a reload and is sent once; and a room that had enough is told as that.
import type { Browser, BrowserContext, Page, WebSocketRoute } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalServer } from "../../tools/server.ts";
import { isLive, launch, say, seesLast, serve, texts, tryNow, visit } from "./browser.ts";

let browser: Browser;
let server: LocalServer;

beforeAll(async () => {
  browser = await launch();
  server = await serve("returning");
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** The page's way to the room, in a test's hand. Sockets that are open stay as they are. */
interface Way {
  /** No socket opens. */
  isShut: boolean;
  /** What the room says does not arrive. */
  isDeaf: boolean;
  readonly open: Set<WebSocketRoute>;
}

async function wayOf(context: BrowserContext): Promise<Way> {
  const way: Way = { isShut: false, isDeaf: false, open: new Set() };
  await context.routeWebSocket(/\/websocket$/, (page) => {
    if (way.isShut) return void page.close({ code: 4000 });
    const room = page.connectToServer();
    way.open.add(page);
    room.onMessage((text) => way.isDeaf || page.send(text));
  });
  return way;
}

/** Waits until these are what waits, from the first to the last. */
const hasToSend = (page: Page, wanted: readonly string[]): Promise<unknown> =>
  page.waitForFunction(
    (texts) =>
      [...document.querySelectorAll("#outbox .text")].map(({ textContent }) => textContent).join() === texts,
    wanted.join(),
  );

test("[P8] [D2] [D3] [D4] said while the room is out of reach, then a reload, then back: shown all the time, sent once, in order", async () => {
  const ann = await visit(browser, server.url, "reload", "Ann");
  const bob = await visit(browser, server.url, "reload", "Bob");
  const way = await wayOf(ann.context);
  way.isShut = true;
  await ann.page.reload();
  await ann.page.waitForSelector("#trouble:not([hidden])");
  for (const text of ["one", "two"]) await say(ann.page, text);
  for (let again = 0; again < 2; again++) {
    await ann.page.reload();
    await ann.page.waitForSelector("#trouble:not([hidden])");
    await hasToSend(ann.page, ["one", "two"]);
  }
  way.isShut = false;
  await tryNow(ann.page);
  await hasToSend(ann.page, []);
  await ann.page.reload();
  await isLive(ann.page);
  await say(ann.page, "three");
  await Promise.all([seesLast(ann.page, "three"), seesLast(bob.page, "three")]);
  expect(await texts(bob.page)).toEqual(["one", "two", "three"]);
  expect(await texts(ann.page)).toEqual(["one", "two", "three"]);
  await Promise.all([ann.context.close(), bob.context.close()]);
});

test("[P8] [D2] [D3] a reload that fails without a network loses nothing that was said before it", async () => {
  const ann = await visit(browser, server.url, "no-page", "Ann");
  const bob = await visit(browser, server.url, "no-page", "Bob");
  await ann.context.setOffline(true);
  await ann.page.waitForSelector("#trouble:not([hidden])");
  await say(ann.page, "from the tunnel");
  await expect(ann.page.reload()).rejects.toThrow("ERR_INTERNET_DISCONNECTED");
  await ann.context.setOffline(false);
  await ann.page.goto(`${server.url}/#no-page`);
  await seesLast(bob.page, "from the tunnel");
  await hasToSend(ann.page, []);
  await say(ann.page, "out again");
  await seesLast(bob.page, "out again");
  expect(await texts(bob.page)).toEqual(["from the tunnel", "out again"]);
  await Promise.all([ann.context.close(), bob.context.close()]);
});

test("[P8] [D3] a message that is stored, but whose answer was lost, is not sent a second time after a reload", async () => {
  const ann = await visit(browser, server.url, "answer-lost", "Ann");
  const bob = await visit(browser, server.url, "answer-lost", "Bob");
  const way = await wayOf(ann.context);
  await ann.page.reload();
  await isLive(ann.page);
  way.isDeaf = true;
  await say(ann.page, "heard by Bob");
  await seesLast(bob.page, "heard by Bob");
  await hasToSend(ann.page, ["heard by Bob"]);
  way.isDeaf = false;
  await ann.page.reload();
  await isLive(ann.page);
  await hasToSend(ann.page, []);
  await say(ann.page, "next");
  await seesLast(bob.page, "next");
  expect(await texts(bob.page)).toEqual(["heard by Bob", "next"]);
  await Promise.all([ann.context.close(), bob.context.close()]);
});

test("[P10] [C23] a connection that was closed for flooding: the page says so in plain words, and comes back", async () => {
  const context = await browser.newContext();
  const way = await wayOf(context);
  const page = await context.newPage();
  await page.goto(`${server.url}/#flooded`);
  await page.fill("#name", "Ann");
  await page.click("#enter button[type=submit]");
  await isLive(page);
  for (const socket of way.open)
    await socket.close({ code: 4011, reason: "You went on after you were refused." });
  await page.waitForSelector("#trouble-text:has-text('too much came from it at once')");
  await say(page, "calmer now");
  await hasToSend(page, ["calmer now"]);
  await tryNow(page);
  await isLive(page);
  await seesLast(page, "calmer now");
  await context.close();
});

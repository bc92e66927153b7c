// Long messages, who types, the code to scan, and the sound: what somebody sees and hears of them.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalServer } from "../../tools/server.ts";
import { between, launch, say, seesLast, serve, visit, type Visitor } from "./browser.ts";

let server: LocalServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([serve("extras"), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const typing = (page: Page): Promise<string | null> => page.textContent("#typing");
const showsTyping = (page: Page, text: string, timeout = 15_000): Promise<unknown> =>
  page.waitForFunction((wanted) => document.querySelector("#typing")?.textContent === wanted, text, {
    timeout,
  });
const heightOfLog = (page: Page): Promise<number | undefined> =>
  page.evaluate(() => document.querySelector("#scroller")?.clientHeight);

describe("a long message", () => {
  test("[P18] is written in a box that grows up to a bound, is counted, and comes with its lines", async () => {
    const ann = await visit(browser, server.url, "long", "Ann");
    const lines = Array.from({ length: 40 }, (_, i) => `line ${i + 1} ${"x".repeat(41)}`).join("\n");
    const text = lines.slice(0, 1_990);
    const height = async (): Promise<number> =>
      (await ann.page.locator("#message").boundingBox())?.height ?? 0;
    const before = await height();
    await ann.page.fill("#message", text);
    expect(await height()).toBeGreaterThan(3 * before);
    expect(await height()).toBeLessThan(720 * 0.41);
    expect(await ann.page.textContent("#left")).toBe(`${2_000 - text.length}`);
    await ann.page.press("#message", "Enter");
    await seesLast(ann.page, text);
    expect(await height()).toBe(before);
    const shown = ann.page.locator("#log .text").last();
    expect(await shown.evaluate((element) => getComputedStyle(element).whiteSpace)).toBe("pre-wrap");
    const folded = (await shown.boundingBox())?.height ?? 0;
    await ann.page.click("text=Show more");
    expect((await shown.boundingBox())?.height).toBeGreaterThan(2 * folded);
    expect(ann.complaints).toEqual([]);
    await ann.context.close();
  });
});

test("[P18] the box grows with its lines, wrapped ones too, in a browser that cannot do so by itself", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(() => {
    CSS.supports = () => false;
    document.addEventListener("DOMContentLoaded", () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(".composer textarea { field-sizing: fixed }");
      document.adoptedStyleSheets = [sheet];
    });
  });
  await page.goto(`${server.url}/#fixed`);
  await page.click("#enter button[type=submit]");
  await page.waitForSelector('#chat[data-status="live"]');
  const rows = (): Promise<number> => page.evaluate(() => document.querySelector("textarea")?.rows ?? 0);
  expect(await rows()).toBe(1);
  await page.fill("#message", "one\ntwo\nthree");
  expect(await rows()).toBe(3);
  await page.fill("#message", "w ".repeat(400));
  expect(await rows()).toBeGreaterThan(3);
  await page.fill("#message", "");
  expect(await rows()).toBe(1);
  await context.close();
});

describe("who types", () => {
  test("[P20] is said in one line that moves nothing, until they have said it", async () => {
    const ann = await visit(browser, server.url, "typing", "Ann");
    const bob = await visit(browser, server.url, "typing", "Bob");
    await ann.page.waitForSelector("#count:text-is('2')");
    const before = await heightOfLog(bob.page);
    await ann.page.locator("#message").pressSequentially("hello");
    await showsTyping(bob.page, "Ann is typing");
    expect(await bob.page.textContent("#typing-spoken")).toBe("Ann is typing");
    expect(await heightOfLog(bob.page)).toBe(before);
    expect(await typing(ann.page)).toBe("");
    await ann.page.press("#message", "Enter");
    await seesLast(bob.page, "hello");
    await showsTyping(bob.page, "", 1_000);
    // Again, within a minute: it is seen, and not read out a second time.
    await ann.page.waitForTimeout(3_600);
    await ann.page.locator("#message").pressSequentially("and");
    await showsTyping(bob.page, "Ann is typing");
    expect(await bob.page.textContent("#typing-spoken")).toBe("");
    expect(await heightOfLog(bob.page)).toBe(before);
    for (const { complaints } of [ann, bob]) expect(complaints).toEqual([]);
    await Promise.all([ann.context.close(), bob.context.close()]);
  });

  test("[P20] ends by itself after 5 s, and when they leave; two have their names, three are counted", async () => {
    const people: Visitor[] = [];
    for (const name of ["Ann", "Bob", "Cat", "Dan"])
      people.push(await visit(browser, server.url, "typists", name));
    const [reader, bob, cat, dan] = people;
    if (reader === undefined || bob === undefined || cat === undefined || dan === undefined)
      throw new Error("Four are here.");
    await Promise.all(people.map(({ page }) => page.waitForSelector("#count:text-is('4')")));
    await bob.page.locator("#message").pressSequentially("a");
    await showsTyping(reader.page, "Bob is typing");
    await cat.page.locator("#message").pressSequentially("a");
    await showsTyping(reader.page, "Bob and Cat are typing");
    await dan.page.locator("#message").pressSequentially("a");
    await showsTyping(reader.page, "3 people are typing");
    await showsTyping(reader.page, "");
    await dan.page.locator("#message").pressSequentially("b");
    await showsTyping(reader.page, "Dan is typing");
    const left = Date.now();
    await dan.context.close();
    await showsTyping(reader.page, "");
    expect(Date.now() - left).toBeLessThan(3_000);
    await Promise.all([reader, bob, cat].map(({ context }) => context.close()));
  });

  test("[P20] is said to the room once in 3.5 s, and not at all where somebody does not want it", async () => {
    const bob = await visit(browser, server.url, "quietly", "Bob");
    const context = await browser.newContext();
    const said: number[] = [];
    await between(context, (frame) => {
      if ("typing" in frame) said.push(performance.now());
      return null;
    });
    const page = await context.newPage();
    await page.goto(`${server.url}/#quietly`);
    await page.fill("#name", "Ann");
    await page.click("#enter button[type=submit]");
    await page.waitForSelector("#count:text-is('2')");
    await page.locator("#message").pressSequentially("abcdefghij", { delay: 200 });
    await showsTyping(bob.page, "Ann is typing");
    // On a slow machine ten strokes may take longer than that.
    const pauses = said.slice(1).map((at, i) => at - (said[i] ?? 0));
    expect(pauses.filter((ms) => ms < 3_000)).toEqual([]);
    const times = said.length;
    expect(times).toBeGreaterThan(0);
    await page.click("#invite");
    await page.uncheck("#tell-typing");
    await page.click("#close-menu");
    await showsTyping(bob.page, "");
    await page.locator("#message").pressSequentially("more", { delay: 50 });
    await page.waitForTimeout(300);
    expect(said).toHaveLength(times);
    expect(await typing(bob.page)).toBe("");
    // The choice is remembered.
    await page.reload();
    await page.waitForSelector('#chat[data-status="live"]');
    await page.click("#invite");
    expect(await page.isChecked("#tell-typing")).toBe(false);
    await Promise.all([context.close(), bob.context.close()]);
  });
});

describe("the link of a room", () => {
  test("has a code to scan, which is loaded with the dialog and not before, and is told in words", async () => {
    const ann = await visit(browser, server.url, "scan", "Ann");
    const asked: string[] = [];
    ann.page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith("/build/")) asked.push(pathname);
    });
    expect(await ann.page.locator("#room-code svg").count()).toBe(0);
    await ann.page.click("#invite");
    await ann.page.waitForSelector("#room-code svg path");
    expect(asked).toEqual(["/build/qr.js"]);
    const code = ann.page.getByRole("img", { name: "QR code of the link to this room" });
    const first = await code.locator("path").getAttribute("d");
    expect(first).toMatch(/^M4 4h7v1h-7z/);
    await ann.page.click("#close-menu");
    // Another room has another code.
    await ann.page.evaluate(() => (location.hash = "elsewhere"));
    await ann.page.waitForSelector("#room-title:text-is('elsewhere')");
    await ann.page.click("#invite");
    await ann.page.waitForFunction(
      (d) => document.querySelector("#room-code path")?.getAttribute("d") !== d,
      first,
    );
    expect(asked).toEqual(["/build/qr.js"]);
    expect(ann.complaints).toEqual([]);
    await ann.context.close();
  });

  test("is there without its code, where that cannot be loaded", async () => {
    const ann = await visit(browser, server.url, "no-code", "Ann");
    await ann.context.route("**/build/qr.js", (route) => route.abort());
    await ann.page.click("#invite");
    await ann.page.waitForSelector("#room-code", { state: "hidden" });
    expect(await ann.page.inputValue("#room-link")).toBe(`${server.url}/#no-code`);
    await ann.context.close();
  });

  test("goes to the device's own share sheet, where there is one; elsewhere it is copied", async () => {
    const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
    const page = await context.newPage();
    await page.addInitScript(() => {
      Object.defineProperty(navigator, "share", {
        configurable: true,
        value: (data: ShareData) => ((document.title = `shared ${data.url}`), Promise.resolve()),
      });
    });
    await page.goto(`${server.url}/#sharing`);
    await page.click("#enter button[type=submit]");
    await page.click("#invite");
    await page.click("#share");
    await page.waitForFunction(() => document.title.startsWith("shared "));
    expect(await page.title()).toBe(`shared ${server.url}/#sharing`);
    await page.evaluate(() => Reflect.deleteProperty(navigator, "share"));
    await page.click("#close-menu");
    await page.click("#invite");
    expect(await page.isVisible("#share")).toBe(await page.evaluate(() => "share" in navigator));
    await page.click("#copy-link");
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${server.url}/#sharing`);
    await context.close();
  });
});

/** Counts contexts and tones, and lets the test say whether somebody looks. */
async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const heard = { contexts: 0, tones: 0, isLooking: true };
    Object.assign(globalThis, { heard });
    document.hasFocus = () => heard.isLooking;
    const { AudioContext, OscillatorNode } = globalThis;
    globalThis.AudioContext = class extends AudioContext {
      constructor() {
        super();
        heard.contexts += 1;
      }
    };
    globalThis.OscillatorNode = class extends OscillatorNode {
      override start(when?: number): void {
        heard.tones += 1;
        super.start(when);
      }
    };
  });
}
interface Heard {
  contexts: number;
  tones: number;
  isLooking: boolean;
}
const heard = (page: Page): Promise<Heard> =>
  page.evaluate(() => (globalThis as unknown as { heard: Heard }).heard);
const look = (page: Page, isLooking: boolean): Promise<void> =>
  page.evaluate((is) => {
    (globalThis as unknown as { heard: Heard }).heard.isLooking = is;
  }, isLooking);

describe("the sound", () => {
  test("is off until it is asked for, and then for what is said while nobody looks, and for one's name", async () => {
    const bob = await visit(browser, server.url, "sounds", "Bob");
    const context = await browser.newContext();
    const page = await context.newPage();
    await listen(page);
    await page.goto(`${server.url}/#sounds`);
    await page.fill("#name", "Ann");
    await page.click("#enter button[type=submit]");
    const hears = async (text: string): Promise<number> => {
      await page.waitForTimeout(1_100);
      const { tones } = await heard(page);
      await say(bob.page, text);
      await seesLast(page, text);
      await page.waitForTimeout(100);
      return (await heard(page)).tones - tones;
    };
    await look(page, false);
    expect(await hears("off, @Ann")).toBe(0);
    expect((await heard(page)).contexts).toBe(0);
    await page.click("#invite");
    expect(await page.isChecked("#sound")).toBe(false);
    await page.check("#sound");
    // Who asks for it hears it.
    await page.waitForFunction(() => (globalThis as unknown as { heard: Heard }).heard.tones === 1);
    await page.click("#close-menu");
    expect(await hears("nobody looks")).toBe(1);
    await look(page, true);
    expect(await hears("somebody looks")).toBe(0);
    expect(await hears("@Ann, look")).toBe(1);
    // A burst is one tone.
    const { tones } = await heard(page);
    await say(bob.page, "one more, @Ann");
    await seesLast(page, "one more, @Ann");
    await page.waitForTimeout(100);
    expect((await heard(page)).tones).toBe(tones);
    expect((await heard(page)).contexts).toBe(1);
    // Remembered; but a page that nobody has touched is silent, and makes no context.
    await page.reload();
    await page.waitForSelector('#chat[data-status="live"]');
    await look(page, false);
    expect(await hears("untouched, @Ann")).toBe(0);
    expect((await heard(page)).contexts).toBe(0);
    await page.click("#message");
    expect(await hears("touched")).toBe(1);
    await Promise.all([context.close(), bob.context.close()]);
  });
});

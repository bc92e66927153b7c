// Every state of the page on a desktop and a phone, light and dark: screenshots to be looked at, and nothing wider than the screen.
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalServer } from "../../tools/server.ts";
import { RawClient } from "../support/raw-client.ts";
import { ARTIFACTS, between, isLive, launch, say, seesLast, serve, visit } from "./browser.ts";
import { contactSheet } from "./contact-sheet.ts";

let browser: Browser;
let server: LocalServer;

beforeAll(async () => {
  browser = await launch();
  server = await serve("looks");
});

afterAll(async () => {
  const shots = LOOKS.map(({ shot }) => shot);
  await contactSheet(browser, states, shots);
  await browser?.close();
  await server?.stop();
});

const LOOKS = [
  { colorScheme: "light", width: 1280, height: 800, shot: "desktop-light" },
  { colorScheme: "dark", width: 1280, height: 800, shot: "desktop-dark" },
  { colorScheme: "light", width: 390, height: 844, shot: "phone-light" },
  { colorScheme: "dark", width: 390, height: 844, shot: "phone-dark" },
] as const;

const states: string[] = [];

async function shoot(page: Page, state: string): Promise<void> {
  states.push(state);
  for (const { colorScheme, width, height, shot } of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(150);
    await page.screenshot({ path: join(ARTIFACTS, `${state}-${shot}.png`) });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    expect(overflow, `${state}: nothing is wider than ${width} px`).toBe(false);
  }
}

const CONVERSATION: readonly (readonly ["Ann" | "Bob" | "Chidi", string])[] = [
  ["Bob", "Morning! Did the deploy go out?"],
  ["Ann", "Yes, twenty minutes ago. Every room kept its history: https://status.example/deploys/812"],
  ["Bob", "And the people who were connected?"],
  ["Ann", ">>3 They came back by themselves and got exactly what they had missed."],
  ["Chidi", "I was on a train, with three tunnels on the way 🚆"],
  ["Chidi", "All my messages arrived once, in the order in which I wrote them."],
  ["Bob", "@Ann `npm test` is green here, too"],
  ["Ann", "That is the idea."],
];

test("screenshots: the entry, an empty room, a conversation, the people, the room's menu", async () => {
  const ann = await visit(browser, server.url, "rose-garden", "Ann");
  await ann.page.waitForSelector("text=Nobody has said anything here yet");
  await shoot(ann.page, "empty");
  const bob = await visit(browser, server.url, "rose-garden", "Bob");
  const chidi = await visit(browser, server.url, "rose-garden", "Chidi");
  const people = { Ann: ann, Bob: bob, Chidi: chidi };
  for (const [name, text] of CONVERSATION) {
    await say(people[name].page, text);
    await seesLast(ann.page, text.replace(/^>>\d+ /, "").replaceAll("`", ""));
  }
  await shoot(ann.page, "talk");
  await ann.page.click("#invite");
  await shoot(ann.page, "menu");
  await ann.page.keyboard.press("Escape");
  await ann.page.click("#people");
  await shoot(ann.page, "people");
  await ann.page.goto(server.url);
  await ann.page.waitForSelector("#my-rooms");
  await shoot(ann.page, "start");
  expect(ann.complaints).toEqual([]);
  for (const { context } of Object.values(people)) await context.close();
});

/** What eight people say in a busy room, in turn: short and long, with answers, names, code and addresses. */
const TALK: readonly string[] = [
  "Has anybody tried the new build on a phone?",
  "Yes, on two. It opens at once, also on the train.",
  "👍",
  ">>2 Which train? Mine has no network at all between Olten and Bern.",
  "@Ann could you look at `npm run bench` again? The table at https://status.example/runs/4711?of=fan-out says that p99 went up by a third, but only with five thousand members.",
  "I have seen that too.\nTwice today, and both times the generator was the one that was tired, not the room.",
  ">>5 On it.",
  "مرحبا بالجميع",
];

test("screenshots: a busy room of eight", async () => {
  const ann = await visit(browser, server.url, "control-room", "Ann");
  const names = ["Bob", "Chidi", "Dilnoza", "Eun-ji", "Farid", "Bob", "Hēmi"];
  const others = await Promise.all(
    names.map(async (name, i) => {
      const client = await RawClient.connect(server.url, "control-room", `10.9.2.${i}`);
      client.send({ name, protocol: 1, key: `the key of person ${i} in here`, client: "looks" });
      await client.until(({ welcome }) => welcome !== undefined, "welcome");
      return client;
    }),
  );
  const counters = others.map(() => 0);
  for (let i = 0; i < 60; i++) {
    const who = (i * i + 3 * i) % others.length;
    const counter = (counters[who] = (counters[who] ?? 0) + 1);
    const message = `${TALK[i % TALK.length]}`;
    others[who]?.send({ message, counter });
    await others[0]?.until(
      ({ events }) => events?.some((event) => event.seq === i + 1) === true,
      "the event",
    );
  }
  await say(ann.page, "@Bob thank you, both of you.");
  await seesLast(ann.page, "@Bob thank you, both of you.");
  await shoot(ann.page, "busy");
  await ann.context.close();
  for (const client of others) await client.close();
});

test("screenshots: at the limit, offline with words that wait, not sent, no such room", async () => {
  const context = await browser.newContext();
  await between(context, ({ message, counter }) => {
    if (message === "no") return { refused: { counter, code: "bad-frame" } };
    return message === "wait" ? { refused: { counter, code: "rate-limited", retryAfter: 9_000 } } : null;
  });
  const page = await context.newPage();
  await page.goto(`${server.url}/#trouble`);
  await page.fill("#name", "Ann");
  await page.click("#enter button[type=submit]");
  await isLive(page);
  await say(page, "This one arrived.");
  await seesLast(page, "This one arrived.");
  await say(page, "no");
  await page.waitForSelector("#outbox .failed");
  await isLive(page);
  await shoot(page, "not-sent");
  for (const text of ["wait", "for the", "others"]) await say(page, text);
  await page.waitForSelector("#outbox .words:has-text('In line'), #outbox .words:has-text('in line')");
  await shoot(page, "limit");
  await context.setOffline(true);
  await page.waitForSelector("#trouble:not([hidden])");
  await shoot(page, "offline");
  await context.setOffline(false);
  await page.evaluate((id) => (location.hash = id), "0".repeat(64));
  await page.waitForSelector("text=There is no such room.");
  await shoot(page, "no-room");
  await context.close();
});

test("320 px, text of twice the size, and forced colours: nothing is wider than the screen, and buttons keep a shape", async () => {
  const ann = await visit(browser, server.url, "narrow", "Ann", {
    viewport: { width: 320, height: 640 },
    forcedColors: "active",
  });
  await say(ann.page, "W".repeat(200));
  await seesLast(ann.page, "W".repeat(200));
  await ann.page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  const width = (): Promise<number> => ann.page.evaluate(() => document.documentElement.scrollWidth);
  expect(await width()).toBe(320);
  const borders = await ann.page
    .locator("#invite, .send")
    .evaluateAll((buttons) => buttons.map((button) => getComputedStyle(button).borderTopWidth));
  expect(borders).toEqual(["1px", "1px"]);
  await ann.page.screenshot({ path: join(ARTIFACTS, "narrow-large-forced.png") });
  await ann.page.click("#invite");
  expect(await width()).toBe(320);
  await ann.page.goto(server.url);
  await ann.page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  expect(await width()).toBe(320);
  await ann.context.close();
});

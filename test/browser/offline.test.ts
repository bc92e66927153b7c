// Pages that lose the network or the server, judged by the history checker. Real waits: the page's timers are what is proven.
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalServer } from "../../tools/server.ts";
import { ChatSocket } from "../../src/client/chat-socket.ts";
import { ARTIFACTS, isLive, launch, say, seesLast, serve, texts, visit } from "./browser.ts";
import { Story } from "./story.ts";

const OFFLINE_MS = 30_000;
let browser: Browser;
let server: LocalServer;

beforeAll(async () => {
  browser = await launch();
  server = await serve("offline");
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const isTroubled = (page: Page): Promise<unknown> => page.waitForSelector("#trouble:not([hidden])");
const hasNothingToSend = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => document.querySelectorAll("#outbox li").length === 0);

test("[D2] [D3] [D4] [P11] thirty seconds offline while others talk: the page says so, keeps what is written, and has each message once, in order", async () => {
  const ann = await visit(browser, server.url, "train", "Ann");
  const bob = await visit(browser, server.url, "train", "Bob");
  const phone = { viewport: { width: 390, height: 844 }, colorScheme: "dark" } as const;
  const chidi = await visit(browser, server.url, "train", "Chidi", phone);
  const story = new Story({ Ann: ann, Bob: bob, Chidi: chidi });
  await story.say("Ann", "before");
  await seesLast(bob.page, "before");
  await Promise.all([ann.context.setOffline(true), chidi.context.setOffline(true)]);
  const until = Date.now() + OFFLINE_MS;
  await Promise.all([isTroubled(ann.page), isTroubled(chidi.page)]);
  for (const i of [1, 2, 3]) {
    await story.say("Ann", `ann in the tunnel ${i}`);
    await story.say("Chidi", `chidi in the tunnel ${i}`);
  }
  for (let i = 1; Date.now() < until; i++) {
    await story.say("Bob", `bob ${i}`);
    if (i === 5) {
      await ann.page.screenshot({ path: join(ARTIFACTS, "offline.png") });
      await chidi.page.screenshot({ path: join(ARTIFACTS, "offline-phone.png") });
    }
    await bob.page.waitForTimeout(1_000);
  }
  expect(await ann.page.locator("#outbox .state").allTextContents()).toEqual([
    "",
    "",
    "3 messages: waiting for a connection",
  ]);
  await Promise.all([ann.context.setOffline(false), chidi.context.setOffline(false)]);
  await Promise.all([ann, bob, chidi].map(({ page }) => isLive(page).then(() => hasNothingToSend(page))));
  await story.say("Bob", "welcome back");
  await Promise.all([ann, bob, chidi].map(({ page }) => seesLast(page, "welcome back")));
  expect(
    await ann.page.locator(".unread + .message .text").textContent(),
    "where the missed ones begin",
  ).toBe("bob 1");
  await ann.page.screenshot({ path: join(ARTIFACTS, "after-offline.png") });
  await chidi.page.screenshot({ path: join(ARTIFACTS, "after-offline-phone.png") });
  const { anomalies, counts, picture } = await story.verdict(server.url, "train");
  console.log(`train: ${JSON.stringify(counts)}`);
  expect(anomalies, picture).toEqual([]);
  expect(counts.acknowledged).toBe(counts.sent);
  await Promise.all([ann, bob, chidi].map(({ context }) => context.close()));
});

/** Somebody without a page says all these, and is gone when the room has stored the last. */
async function sayAll(room: string, messages: readonly string[]): Promise<void> {
  let toConfirm = messages.length;
  await new Promise<void>((resolve) => {
    const client: ChatSocket = new ChatSocket({
      url: `${server.url.replace("http", "ws")}/api/room/${room}/websocket`,
      name: "Bob",
      key: "bob's key, which is nobody's",
      client: "",
      onEvent: (event) => {
        if (event.type === "confirmed") toConfirm -= event.ids.length;
        if (toConfirm > 0) return;
        client.stop();
        resolve();
      },
    });
    client.start();
    for (const message of messages) client.send(message);
  });
}

/** All that is shown on the way down from the first new message to the end, each seq once. */
async function readToEnd(page: Page): Promise<string[]> {
  const read = new Map<number, string>();
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const rows = await page.locator("#log .message").evaluateAll((messages) =>
      messages.map((row) => ({
        seq: Number((row as HTMLElement).dataset.seq),
        text: row.querySelector(".text")?.textContent ?? "",
      })),
    );
    for (const { seq, text } of rows) read.set(seq, text);
    if (await page.locator("#to-end").isHidden()) break;
    await page.locator("#scroller").evaluate((element) => element.scrollBy(0, 3_000));
    await page.waitForTimeout(100);
  }
  return [...read].toSorted(([a], [b]) => a - b).flatMap(([seq, text]) => (seq > 1 ? text : []));
}

test("[P3] [P5] [D2] more is missed than a resume replays: the page says how much, and shows it when asked", async () => {
  const ann = await visit(browser, server.url, "backlog", "Ann", { viewport: { width: 390, height: 844 } });
  await say(ann.page, "before");
  await seesLast(ann.page, "before");
  await ann.context.setOffline(true);
  await isTroubled(ann.page);
  const missed = Array.from({ length: 1_150 }, (_, i) => `m${i + 1}`);
  await sayAll("backlog", missed);
  await ann.context.setOffline(false);
  await seesLast(ann.page, "m1150");
  const newest = await texts(ann.page);
  expect(newest, "the window ends with the newest, without a hole").toEqual(missed.slice(-newest.length));
  await ann.page.screenshot({ path: join(ARTIFACTS, "gap-phone.png") });
  await ann.page.click("#to-new:has-text('1,150 new messages')");
  await ann.page.waitForSelector("#log .unread");
  await ann.page.screenshot({ path: join(ARTIFACTS, "gap-shown-phone.png") });
  expect((await texts(ann.page)).slice(0, 51)).toEqual(["before", ...missed.slice(0, 50)]);
  expect(await ann.page.locator("#log .day").count(), "one day, one divider").toBe(1);
  expect(await readToEnd(ann.page)).toEqual(missed);
  expect(ann.complaints.filter((text) => !text.includes("ERR_INTERNET_DISCONNECTED"))).toEqual([]);
  await ann.context.close();
});

test("[D2] [D3] [D4] [D5] the server dies and is away for seconds: what is written meanwhile arrives once, in order", async () => {
  const ann = await visit(browser, server.url, "outage", "Ann");
  const bob = await visit(browser, server.url, "outage", "Bob");
  const story = new Story({ Ann: ann, Bob: bob });
  await story.say("Ann", "before");
  await seesLast(bob.page, "before");
  const port = Number(new URL(server.url).port);
  await server.kill();
  await Promise.all([isTroubled(ann.page), isTroubled(bob.page)]);
  for (const i of [1, 2, 3]) {
    await story.say("Ann", `ann while it is down ${i}`);
    await story.say("Bob", `bob while it is down ${i}`);
  }
  await ann.page.waitForTimeout(3_000);
  server = await serve("offline", port);
  await Promise.all([ann, bob].map(({ page }) => isLive(page).then(() => hasNothingToSend(page))));
  await story.say("Ann", "after");
  await Promise.all([ann, bob].map(({ page }) => seesLast(page, "after")));
  const { anomalies, counts, picture } = await story.verdict(server.url, "outage");
  console.log(`outage: ${JSON.stringify(counts)}`);
  expect(anomalies, picture).toEqual([]);
  expect(counts.acknowledged).toBe(counts.sent);
  await Promise.all([ann.context.close(), bob.context.close()]);
});

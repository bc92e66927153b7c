// One server and one Chromium for the browser tests; every page reports what the browser complains about.
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { ROOT } from "../../tools/command.ts";
import { buildPage } from "../../tools/page.ts";
import { type LocalServer, startServer } from "../../tools/server.ts";

export const ARTIFACTS = join(ROOT, "artifacts");

/** The page as it is now, once for all files: vitest.config.ts names this file as the project's set-up. */
export async function setup(): Promise<void> {
  await mkdir(ARTIFACTS, { recursive: true });
  await buildPage();
}

export async function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    throw new Error("There is no Chromium; run `npm run setup:browser`, or set CHROMIUM to its path.");
  }
  const quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking"];
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-component-update", "--disable-sync", ...quiet],
  });
}

/**
 * The app from an empty state of this name; on the port of an earlier one, what that has kept. Tests share one
 * address, so it gets a large burst; the limit has tests of its own.
 */
export async function serve(name: string, port = 0): Promise<LocalServer> {
  const state = `.state/browser-tests-${name}`;
  if (port === 0) await rm(join(ROOT, state), { recursive: true, force: true });
  return startServer({ port, state, vars: { RATE_BURST: "2000" } });
}

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Console errors, page errors, CSP violations and failed requests, as the browser worded them. */
  readonly complaints: string[];
}

/** Stands between page and room: what `answer` answers does not reach the room. */
export async function between(
  context: BrowserContext,
  answer: (frame: Readonly<Record<string, unknown>>) => object | null,
): Promise<void> {
  await context.routeWebSocket(/\/websocket$/, (page) => {
    const room = page.connectToServer();
    page.onMessage((text) => {
      const own =
        text === "ping" ? null : answer(JSON.parse(text.toString()) as Readonly<Record<string, unknown>>);
      if (own === null) room.send(text);
      else page.send(JSON.stringify(own));
    });
  });
}

/** A new person: a browser profile of their own, already in the room under this name. */
export async function visit(
  browser: Browser,
  url: string,
  room: string,
  name: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 720 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${url}/#${room}`);
  await page.fill("#name", name);
  await page.click("#enter button[type=submit]");
  await isLive(page);
  return { page, context, complaints };
}

export async function isLive(page: Page): Promise<void> {
  await page.waitForSelector('#chat[data-status="live"]', { timeout: 45_000 });
}

/** Presses "Try now". The page may have come back by itself a moment before: then the button is gone, and that is well. */
export async function tryNow(page: Page): Promise<void> {
  await page.evaluate(() => document.querySelector<HTMLElement>("#again")?.click());
}

export async function say(page: Page, text: string): Promise<void> {
  await page.fill("#message", text);
  await page.press("#message", "Enter");
}

/** The texts of all confirmed messages on the screen, in their order. */
export function texts(page: Page): Promise<string[]> {
  return page.locator("#log .text").allTextContents();
}

/** Waits until this is the text of the newest confirmed message. */
export async function seesLast(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => [...document.querySelectorAll("#log .text")].at(-1)?.textContent === wanted,
    text,
    { timeout: 45_000 },
  );
}

// `npm run record:heal`: records the moving picture of the README from the running app: its server is killed, and it heals.
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Browser, chromium, type Page } from "playwright-core";
import { animationOf, type Frame } from "../tools/animation.ts";
import { command, Failure, ROOT } from "../tools/command.ts";
import { buildPage } from "../tools/page.ts";
import { startServer } from "../tools/server.ts";

const HELP = `
npm run record:heal: two people talk in Chromium, their server gets a SIGKILL, they talk on, it is started again. Writes what both
saw as an animated WebP, with its waits shortened.

  npm run record:heal -- --out docs/heals.webp    where to (default docs/heals.webp)

Needs Linux and Chromium (\`npm run setup:browser\`). Exit codes: 0 done, 1 a message is missing at the end, 2 wrong options.
`;

const STATE = ".state/record-heal";
const SCREEN = { width: 430, height: 440 };
const BAR = 44;
const GAP = 8;
const WIDTH = 2 * SCREEN.width + GAP;
const HEIGHT = SCREEN.height + BAR;
/** How often the pages are looked at while they talk, and while they wait. */
const TALK_MS = 400;
const WAIT_MS = 2_000;
/** Waits are shortened: so long a frame is shown, so long the first one under new words, and so long the last one. */
const LONGEST_MS = 400;
const READ_MS = 1_800;
const LAST_MS = 3_500;

/** Puts two screenshots side by side under a bar with words, in a page of its own. Answers a WebP as a data URL. */
const COMPOSE = `async ({ pictures, words, isDown }) => {
  const canvas = document.createElement("canvas");
  canvas.width = ${WIDTH};
  canvas.height = ${HEIGHT};
  const pen = canvas.getContext("2d", { alpha: false });
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = isDown ? "#b3261e" : "#1d6b3f";
  pen.fillRect(0, 0, canvas.width, ${BAR - GAP});
  pen.fillStyle = "#ffffff";
  pen.font = "600 18px sans-serif";
  pen.textBaseline = "middle";
  pen.fillText(words, 14, ${(BAR - GAP) / 2});
  for (const [i, picture] of pictures.entries()) {
    const image = new Image();
    image.src = "data:image/png;base64," + picture;
    await image.decode();
    pen.drawImage(image, i * ${SCREEN.width + GAP}, ${BAR});
  }
  return canvas.toDataURL("image/webp", 0.72);
}`;

/** Looks at two pages again and again, and keeps what changed. */
class Recorder {
  words = "";
  isDown = false;
  everyMs = TALK_MS;
  private readonly frames: { readonly webp: Buffer; readonly at: number; readonly words: string }[] = [];
  private readonly pages: readonly Page[];
  private readonly table: Page;
  private last = "";
  private isOver = false;

  constructor(pages: readonly Page[], table: Page) {
    this.pages = pages;
    this.table = table;
  }

  async run(): Promise<void> {
    while (!this.isOver) {
      const began = Date.now();
      await this.look();
      await sleep(Math.max(0, this.everyMs - (Date.now() - began)));
    }
  }

  async stop(running: Promise<void>): Promise<readonly Frame[]> {
    this.isOver = true;
    await running;
    await this.look();
    return this.frames.map(({ webp, at, words }, i) => {
      const next = this.frames[i + 1];
      if (next === undefined) return { webp, ms: LAST_MS };
      if (words !== this.frames[i - 1]?.words) return { webp, ms: READ_MS };
      return { webp, ms: Math.min(LONGEST_MS, next.at - at) };
    });
  }

  private async look(): Promise<void> {
    const { words, isDown } = this;
    const shots = await Promise.all(this.pages.map((page) => page.screenshot({ caret: "hide" })));
    const pictures = shots.map((shot) => shot.toString("base64"));
    const seen = [words, ...pictures].join();
    if (seen === this.last) return;
    this.last = seen;
    const url = await this.table.evaluate<string>(
      `(${COMPOSE})(${JSON.stringify({ pictures, words, isDown })})`,
    );
    this.frames.push({ webp: Buffer.from(url.split(",")[1] ?? "", "base64"), at: Date.now(), words });
  }
}

async function enter(browser: Browser, url: string, name: string): Promise<Page> {
  const context = await browser.newContext({ viewport: SCREEN, colorScheme: "light" });
  const page = await context.newPage();
  await page.goto(`${url}/#lobby`);
  await page.fill("#name", name);
  await page.click("#enter button[type=submit]");
  await isLive(page);
  return page;
}

const isLive = (page: Page): Promise<unknown> =>
  page.waitForSelector('#chat[data-status="live"]', { timeout: 45_000 });

/** As a hand types it. */
async function say(page: Page, text: string): Promise<void> {
  await page.locator("#message").pressSequentially(text, { delay: 25 });
  await sleep(150);
  await page.press("#message", "Enter");
  await sleep(500);
}

const textsOn = (page: Page): Promise<string[]> => page.locator("#log .text").allTextContents();

const BEFORE = ["Lunch at twelve?", "Yes! The usual place.", "Great. I book a table."];
const WHILE_DOWN = ["Cleo comes, too. So three.", "I may be five minutes late."];
const AFTER = "Booked. See you there!";

command(HELP, { out: { type: "string", default: "docs/heals.webp" } }, async ({ out }) => {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath))
    throw new Failure("There is no Chromium; run `npm run setup:browser`, or set CHROMIUM to its path.");
  await rm(join(ROOT, STATE), { recursive: true, force: true });
  await buildPage();
  let server = await startServer({ port: 0, state: STATE });
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const ann = await enter(browser, server.url, "Ann");
    const bob = await enter(browser, server.url, "Bob");
    const people = [ann, bob];
    const recorder = new Recorder(people, await browser.newPage());
    recorder.words = "Ann and Bob talk in a room.";
    const running = recorder.run();
    for (const [i, text] of BEFORE.entries()) await say(i % 2 === 0 ? ann : bob, text);
    recorder.words = "SIGKILL: the server is gone, in mid-conversation.";
    recorder.isDown = true;
    await server.kill();
    await sleep(1_500);
    recorder.words = "They talk on. What they say waits in their browsers.";
    for (const [i, text] of WHILE_DOWN.entries()) await say(i % 2 === 0 ? ann : bob, text);
    await sleep(500);
    recorder.words = "The server starts again, from its disk. They come back by themselves.";
    recorder.everyMs = WAIT_MS;
    server = await startServer({ port: Number(new URL(server.url).port), state: STATE });
    await Promise.all(people.map(isLive));
    recorder.everyMs = TALK_MS;
    recorder.isDown = false;
    recorder.words = "Healed: everything is there, once, in one order.";
    await sleep(1_500);
    await say(ann, AFTER);
    await sleep(500);
    const frames = await recorder.stop(running);
    await judge(people);
    const file = join(ROOT, String(out));
    const picture = animationOf(frames, WIDTH, HEIGHT);
    await writeFile(file, picture);
    const seconds = frames.reduce((sum, { ms }) => sum + ms, 0) / 1_000;
    console.log(`${String(out)}: ${frames.length} frames, ${seconds.toFixed(1)} s, ${picture.length} bytes.`);
  } finally {
    await browser.close();
    await server.stop();
  }
});

/** Both have seen everything, once, and in the same order. */
async function judge(people: readonly Page[]): Promise<void> {
  const said = [...BEFORE, ...WHILE_DOWN, AFTER].toSorted();
  const [first, ...others] = await Promise.all(people.map(textsOn));
  const isWhole = JSON.stringify(first?.toSorted()) === JSON.stringify(said);
  if (isWhole && others.every((texts) => JSON.stringify(texts) === JSON.stringify(first))) return;
  throw new Failure(`They saw something else than was said: ${JSON.stringify([first, ...others])}`);
}

// The examples that run in a browser, on a page of another origin than the Worker's, as their readers would have them.
import { createServer, type Server } from "node:http";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../tools/command.ts";
import { type LocalServer, startServer } from "../../tools/server.ts";
import { launch } from "./browser.ts";
import { SeenClient } from "../support/seen-client.ts";
import { until } from "../support/until.ts";

const STATE = ".state/browser-tests-examples";
let browser: Browser;
let blog: Server;
let origin = "";
let server: LocalServer;

/** React as developers run it: only there StrictMode mounts everything twice. */
async function reactPage(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["examples/react/main.tsx"],
    bundle: true,
    write: false,
    format: "esm",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"development"' },
  });
  return `<!doctype html><meta charset="utf-8"><div id="root"></div><script type="module">${outputFiles[0]?.text.replaceAll("</script", "<\\/script") ?? ""}</script>`;
}

beforeAll(async () => {
  const pages: Readonly<Record<string, string>> = {
    "/embed.html": await readFile(join(ROOT, "examples", "embed.html"), "utf8"),
    "/react.html": await reactPage(),
  };
  blog = createServer(({ url = "" }, response) => {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(pages[url.split("?")[0] ?? ""] ?? "");
  });
  await new Promise<void>((resolve) => {
    blog.listen(0, "127.0.0.1", resolve);
  });
  const address = blog.address();
  origin = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  await rm(join(ROOT, STATE), { recursive: true, force: true });
  const vars = { RATE_BURST: "2000", ALLOWED_ORIGINS: origin };
  server = await startServer({ port: 0, state: STATE, vars });
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  blog?.close();
});

interface Opened {
  readonly page: Page;
  /** Addresses of the sockets that the page has opened. */
  readonly sockets: string[];
  readonly complaints: string[];
}

async function open(path: string): Promise<Opened> {
  const page = await browser.newPage();
  const sockets: string[] = [];
  const complaints: string[] = [];
  page.on("websocket", (socket) => sockets.push(socket.url()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(`${origin}${path}?server=${encodeURIComponent(server.url)}`);
  return { page, sockets, complaints };
}

const visitor = (room: string): SeenClient =>
  new SeenClient({
    url: `${server.url.replace("http", "ws")}/api/room/${room}/websocket`,
    name: "ann",
    key: "the secret key of ann",
    client: "tab",
  }).start();

const shows = (page: Page, texts: readonly string[]): Promise<unknown> =>
  page.waitForFunction(
    (wanted) =>
      JSON.stringify([...document.querySelectorAll("li")].map(({ textContent }) => textContent)) === wanted,
    JSON.stringify(texts),
  );

test("[D2] [D5] a page of another origin imports /client.js, chats, and is the same author after a reload", async () => {
  const { page, complaints } = await open("/embed.html");
  await page.waitForFunction(() => document.getElementById("status")?.textContent === "");
  await page.fill("#text", "hello from a blog");
  await page.press("#text", "Enter");
  await shows(page, ["visitor: hello from a blog"]);
  await using ann = visitor("embedded");
  expect(await ann.send("welcome")).toBe(2);
  await shows(page, ["visitor: hello from a blog", "ann: welcome"]);
  await page.reload();
  await page.fill("#text", "I am back");
  await page.press("#text", "Enter");
  await shows(page, ["visitor: hello from a blog", "ann: welcome", "visitor: I am back"]);
  await until(
    () => ann.snapshot().messages.length === 3,
    () => JSON.stringify(ann.snapshot().messages),
  );
  const authors = ann.snapshot().messages.filter(({ name }) => name === "visitor");
  expect(new Set(authors.map(({ author }) => author)).size).toBe(1);
  expect(authors).toHaveLength(2);
  expect(complaints.filter((text) => !text.includes("favicon"))).toEqual([]);
  await page.close();
});

test("[D2] [D5] a React component under StrictMode has one socket, shows what others say, and sends", async () => {
  await using ann = visitor("react");
  await ann.send("anybody here?");
  const { page, sockets, complaints } = await open("/react.html");
  await shows(page, ["ann: anybody here?"]);
  await page.fill("input", "me");
  await page.press("input", "Enter");
  await shows(page, ["ann: anybody here?", "Rea: me"]);
  await page.fill("input", " ");
  await page.press("input", "Enter");
  await page.waitForFunction(() => document.querySelector("[role=status]")?.textContent === "message-empty");
  // What is mounted twice would have opened a second one by now.
  await page.waitForTimeout(500);
  expect(sockets).toHaveLength(1);
  expect(ann.snapshot().count).toBe(2);
  expect(complaints.filter((text) => !text.includes("favicon"))).toEqual([]);
  await page.close();
});

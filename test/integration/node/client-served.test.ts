// /client.js over HTTP, as the platform's own asset server answers it: a module that any page may import, and that works.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../../tools/command.ts";
import { type LocalServer, startServer } from "../../../tools/server.ts";
import { addressOf } from "../../support/person.ts";

const STATE = ".state/client-served";
let server: LocalServer;

beforeAll(async () => {
  await rm(join(ROOT, STATE), { recursive: true, force: true });
  server = await startServer({ port: 0, state: STATE });
});

afterAll(async () => {
  await server?.stop();
  await rm(join(ROOT, STATE), { recursive: true, force: true });
});

const ask = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}${path}`, { headers });

test("/client.js is a module that pages of any origin may import; the page's own files are not", async () => {
  const client = await ask("/client.js", { Origin: "https://blog.example" });
  expect(client.status).toBe(200);
  expect(client.headers.get("Content-Type")).toMatch(/^text\/javascript\b/);
  expect(client.headers.get("Access-Control-Allow-Origin")).toBe("*");
  expect(client.headers.get("Cross-Origin-Resource-Policy")).toBe("cross-origin");
  expect(client.headers.get("X-Content-Type-Options")).toBe("nosniff");
  const page = await ask("/build/main.js", { Origin: "https://blog.example" });
  expect(page.headers.get("Access-Control-Allow-Origin")).toBeNull();
  expect(page.headers.get("Cross-Origin-Resource-Policy")).toBe("same-origin");
});

test("/client.js is kept as the page's files are: asked for anew each time, and sent only when it is another one", async () => {
  const [client, page] = await Promise.all([ask("/client.js"), ask("/build/main.js")]);
  expect(client.headers.get("Cache-Control")).toBe("public, max-age=0, must-revalidate");
  expect(client.headers.get("Cache-Control")).toBe(page.headers.get("Cache-Control"));
  const again = await ask("/client.js", { "If-None-Match": client.headers.get("ETag") ?? "" });
  expect(again.status).toBe(304);
});

test("[D5] the file that is served talks to the room that serves it, and says which version it is", async () => {
  const code = await (await ask("/client.js")).text();
  expect(code).toMatch(/^\/\/ Edge Chat client \d+\.\d+\.\d+, MIT\n/);
  const folder = await mkdtemp(join(tmpdir(), "edge-chat-served-"));
  await writeFile(join(folder, "client.mjs"), code);
  const served = (await import(
    join(folder, "client.mjs")
  )) as typeof import("../../../src/client/chat-client.ts");
  await rm(folder, { recursive: true });
  const url = addressOf(server.url, "served");
  await using client = new served.ChatClient({
    url,
    name: "ann",
    key: "a".repeat(16),
    client: "tab",
  }).start();
  expect(await client.send("hello")).toBe(1);
  await expect(client.send(" ")).rejects.toBeInstanceOf(served.ChatError);
});

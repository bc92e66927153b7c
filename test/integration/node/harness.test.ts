// What `npm run deploy` would upload, as wrangler builds it, in Cloudflare's own harness: the page with its headers, rooms, staging.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestHarness, type TestHarness } from "wrangler";
import { ROOT } from "../../../tools/command.ts";
import { RawClient } from "../../support/raw-client.ts";

const configPath = join(ROOT, "wrangler.toml");
const ADMIN_TOKEN = "the-token-of-the-harness";

let server: TestHarness;
let url = "";

beforeAll(async () => {
  server = createTestHarness({ workers: [{ configPath, secrets: { ADMIN_TOKEN } }] });
  url = (await server.listen()).url.origin;
});

afterAll(() => server.close());

test("the page is served with its strict headers, and without running the Worker", async () => {
  const page = await server.fetch("/");
  expect(page.status).toBe(200);
  expect(await page.text()).toContain("<title>Edge Chat</title>");
  expect(page.headers.get("content-security-policy")).toContain("require-trusted-types-for 'script'");
  expect((await server.fetch("/no-such-page")).status).toBe(404);
});

test("[C3] [C5] [D9] people talk in a private room, and it goes on after a sleep that wrangler forces", async () => {
  const made = await server.fetch("/api/room", { method: "POST" });
  const id = await made.text();
  const ann = await RawClient.connect(url, id, "10.7.0.1");
  ann.send({ name: "ann" });
  await ann.until(({ ready }) => ready === true, "ready");
  ann.send({ message: "before the sleep" });
  await ann.until(({ message }) => message === "before the sleep", "echo");
  const worker = server.getWorker();
  await worker.evictDurableObject("ChatRoom", { id, webSockets: "hibernate" });
  ann.send({ message: "after the sleep" });
  await ann.until(({ message }) => message === "after the sleep", "echo");
  const storage = await worker.getDurableObjectStorage("ChatRoom", { id });
  expect(await storage.exec("SELECT seq, message FROM messages ORDER BY seq")).toEqual([
    { seq: 1, message: "before the sleep" },
    { seq: 2, message: "after the sleep" },
  ]);
  expect(await ann.close()).toBe(1000);
});

test("[C12] [C27] the operator erases a room with the secret, and no log names the room or what was said", async () => {
  const ask = (token: string) =>
    server.fetch("/api/room/harness", { method: "DELETE", headers: { Authorization: `Bearer ${token}` } });
  expect((await ask("another-token-of-the-harness")).status).toBe(404);
  expect((await ask(ADMIN_TOKEN)).status).toBe(200);
  const logs = server.getLogs().map(({ message }) => message);
  expect(logs.filter((line) => /harness|the sleep/.test(line))).toEqual([]);
});

test("staging is a Worker of its own, which starts and takes people in", async () => {
  const staging = createTestHarness({ workers: [{ configPath, env: "staging" }] });
  try {
    const { origin } = (await staging.listen()).url;
    const bob = await RawClient.connect(origin, "trial", "10.7.0.2");
    bob.send({ name: "bob" });
    await bob.until(({ ready }) => ready === true, "ready");
    expect(await bob.close()).toBe(1000);
    // The secret of the one is not the other's.
    expect((await staging.fetch("/api/room/trial/stats")).status).toBe(404);
  } finally {
    await staging.close();
  }
});

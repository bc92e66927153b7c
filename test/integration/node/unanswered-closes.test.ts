// Clients that do not answer when the room closes them: the platform keeps their sockets, and an address may not leave ever more.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../../tools/command.ts";
import { startWorkerd, type Workerd } from "../../../tools/workerd.ts";
import { theWorker } from "../../support/fault-server.ts";
import { RawWebSocket } from "../../support/raw-websocket.ts";

const STATE = join(ROOT, ".state", "unanswered-closes");
const MOST = 5;

let server: Workerd;

beforeAll(async () => {
  await rm(STATE, { recursive: true, force: true });
  const vars = { MAX_SOCKETS_PER_IDENTITY: `${MOST}`, RATE_PERIOD_MS: "1" };
  server = await startWorkerd({ worker: await theWorker(), state: STATE, vars });
});

afterAll(async () => {
  await server.kill();
  await rm(STATE, { recursive: true, force: true });
});

const open = (address: string): Promise<RawWebSocket> =>
  RawWebSocket.open(Number(new URL(server.url).port), [
    "GET /api/room/lobby/websocket HTTP/1.1",
    "Host: 127.0.0.1",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    `CF-Connecting-IP: ${address}`,
  ]);

test("[C17] [D12] an address keeps at most as many again beyond its bound, until those are gone", async () => {
  const sockets: RawWebSocket[] = [];
  for (let i = 0; i < 2 * MOST; i++) sockets.push(await open("10.31.0.1"));
  expect(sockets.map(({ status }) => status)).toEqual(Array.from({ length: 2 * MOST }, () => 101));
  for (const turnedAway of sockets.slice(MOST)) {
    await turnedAway.until(() => turnedAway.closeCode !== null);
    expect(turnedAway.closeCode).toBe(4003);
  }
  expect((await open("10.31.0.1")).status).toBe(429);
  const other = await open("10.31.0.2");
  expect(other.status).toBe(101);
  other.destroy();
  for (const socket of sockets) socket.destroy();
  for (let next = await open("10.31.0.1"); next.status !== 101; next = await open("10.31.0.1")) {
    expect(next.status).toBe(429);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

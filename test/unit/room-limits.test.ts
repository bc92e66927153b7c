// What a client makes of the limits that a room's welcome states.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ChatClient } from "../../src/client/chat-client.ts";
import { decodeServerFrame } from "../../src/protocol/server-frames.ts";
import { Snapshots } from "../../src/room/snapshot.ts";
import { WELCOME } from "../support/client-machine.ts";
import { messageAt } from "../support/log-contract.ts";
import { MemoryLog } from "../support/memory-log.ts";

let sockets: FakeSocket[] = [];

class FakeSocket {
  readyState = 1;
  readonly sent: unknown[] = [];
  private readonly listeners = new Map<string, (event: object) => void>();

  constructor() {
    sockets.push(this);
  }

  addEventListener(type: string, listener: (event: object) => void): void {
    this.listeners.set(type, listener);
  }

  send(text: string): void {
    this.sent.push(text.startsWith("{") ? JSON.parse(text) : text);
  }

  close(): void {
    this.readyState = 3;
  }

  happen(type: "open" | "message", event: object = {}): void {
    this.listeners.get(type)?.(event);
  }
}

beforeEach(() => {
  sockets = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("[P20] `typed` says so to a room that tells it, once in a while however often it is called", () => {
  const client = new ChatClient({
    url: "wss://chat.example/room",
    name: "ann",
    key: "k".repeat(16),
    client: "tab",
    onEvent: () => {},
  });
  client.start();
  const [socket] = sockets;
  if (socket === undefined) throw new Error("no socket was opened");
  socket.happen("open");
  const welcome = { ...WELCOME, members: 2, limits: { message: 2_000, typing: 20 } };
  socket.happen("message", { data: JSON.stringify({ welcome }) });
  const words = (): unknown[] => socket.sent.filter((frame) => Object.hasOwn(frame as object, "typing"));
  for (let i = 0; i < 3; i++) client.typed();
  expect(words()).toEqual([{ typing: true }]);
  vi.advanceTimersByTime(3_500);
  client.typed();
  expect(words()).toHaveLength(2);
  client.stop();
});

test.each([
  { limits: null },
  { limits: 7 },
  { limits: {} },
  { limits: { message: 2_000 } },
  { limits: { typing: 20 } },
  { limits: { message: 0, typing: 20 } },
  { limits: { message: "2000", typing: 20 } },
  { limits: { message: 2_000, typing: -1 } },
  { limits: { message: 2_000, typing: 0.5 } },
])("[P18] a welcome with $limits is none", (fields) => {
  expect(decodeServerFrame(JSON.stringify({ welcome: { ...WELCOME, ...fields } }))).toBeNull();
});

test("[D12] a frame of more units than are kept in all is made, and kept alone", () => {
  const log = new MemoryLog("e");
  log.append(Array.from({ length: 5 }, (_, i) => messageAt(i + 1, { message: "x".repeat(900_000) })));
  const snapshots = new Snapshots(log);
  expect(snapshots.classic([], 1)).toHaveLength(1);
  expect(snapshots.classic([], 5)).toHaveLength(5);
});

// What a client makes of the limits that a room's welcome states.
import { expect, test, vi } from "vitest";
import { ChatSocket } from "../../src/client/chat-socket.ts";
import { decodeServerFrame } from "../../src/protocol/server-frames.ts";
import { Snapshots } from "../../src/room/snapshot.ts";
import { WELCOME } from "../support/client-machine.ts";
import { useFakeNetwork } from "../support/fake-network.ts";
import { FakeSocket } from "../support/fake-socket.ts";
import { messageAt } from "../support/log-contract.ts";
import { MemoryLog } from "../support/memory-log.ts";

useFakeNetwork();

test("[P20] `typed` says so to a room that tells it, once in a while however often it is called", () => {
  const client = new ChatSocket({
    url: "wss://chat.example/room",
    name: "ann",
    key: "k".repeat(16),
    client: "tab",
    onEvent: () => {},
  });
  client.start();
  const socket = FakeSocket.newest;
  socket.welcome({ members: 2, limits: { message: 2_000, typing: 20 } });
  const words = (): string[] => socket.sent.filter((text) => text.includes("typing"));
  for (let i = 0; i < 3; i++) client.do({ type: "typed" });
  expect(words()).toEqual(['{"typing":true}']);
  vi.advanceTimersByTime(3_500);
  client.do({ type: "typed" });
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

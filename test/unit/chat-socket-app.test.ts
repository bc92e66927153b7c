// An app that throws, speaks or stops while it is told something: the connection and the order on the wire do not mind.
import { expect, test, vi } from "vitest";
import { ChatSocket } from "../../src/client/chat-socket.ts";
import type { AppEvent } from "../../src/client/events.ts";
import { newest, useFakeNetwork } from "../support/fake-network.ts";
import { FakeSocket } from "../support/fake-socket.ts";

const sockets = FakeSocket.opened;

useFakeNetwork();

function client(onEvent: (event: AppEvent, chat: ChatSocket) => void): ChatSocket {
  const options = { url: "wss://chat.example/room", name: "ann", key: "k".repeat(16), client: "tab" };
  const chat: ChatSocket = new ChatSocket({ ...options, onEvent: (event) => onEvent(event, chat) });
  return chat;
}

const saidOn = (socket: FakeSocket): unknown[] =>
  socket.sent.flatMap((text) => (text.includes('"counter"') ? [JSON.parse(text) as unknown] : []));

test("[P10] [P11] an app that throws at everything is reported, and loses no timer, no ping and no reconnection", () => {
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  const full = new Error("the storage is full");
  const chat = client(() => {
    throw full;
  });
  chat.start();
  newest().welcome();
  vi.advanceTimersByTime(25_000);
  expect(newest().sent).toContain("ping");
  chat.send("hi");
  expect(saidOn(newest())).toEqual([{ message: "hi", counter: 1 }]);
  newest().happen("close", { code: 1006 });
  vi.advanceTimersByTime(500);
  expect(sockets).toHaveLength(2);
  newest().welcome();
  expect(saidOn(newest())).toEqual([{ message: "hi", counter: 1 }]);
  expect(reported.mock.calls.length).toBeGreaterThan(5);
  expect(reported.mock.calls.every(([error]) => error === full)).toBe(true);
});

test("[P10] a socket that the browser will not open is reported, and another one opened later", () => {
  const complaints = vi.spyOn(console, "error").mockReturnValue();
  vi.stubGlobal("reportError", undefined);
  vi.stubGlobal("WebSocket", function refuse() {
    throw new Error("not allowed here");
  });
  client(() => {}).start();
  expect(complaints).toHaveBeenCalledTimes(1);
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.advanceTimersByTime(10_500);
  expect(sockets).toHaveLength(1);
});

test("[D4] what is said before the start, and while `joined` is told, goes out in its order", () => {
  const chat = client((event, self) => event.type === "joined" && self.send("B"));
  chat.send("A");
  chat.start();
  newest().welcome();
  expect(saidOn(newest())).toEqual([
    { message: "A", counter: 1 },
    { message: "B", counter: 2 },
  ]);
});

test("[D7] a client that is stopped while it is told something does nothing more, whatever was due", () => {
  const heard: string[] = [];
  const chat = client((event, self) => {
    heard.push(event.type);
    if (event.type === "status") self.stop();
  });
  chat.start();
  expect(heard).toEqual(["status"]);
  expect(vi.getTimerCount()).toBe(0);
  chat.start();
  expect(sockets).toHaveLength(0);
});

test("[D7] a client that is stopped while it is told of a loss opens no socket after it", () => {
  const chat = client((event, self) => {
    if (event.type !== "status" || event.status !== "offline") return;
    self.do({ type: "online" });
    self.stop();
  });
  chat.start();
  newest().welcome();
  newest().happen("close", { code: 1006 });
  vi.advanceTimersByTime(60_000);
  expect(sockets).toHaveLength(1);
});

test("[P2] ids of messages need no secure context", () => {
  vi.stubGlobal("crypto", { getRandomValues: (bytes: Uint8Array) => bytes.fill(7) });
  expect(client(() => {}).send("hi")).toBe("7-7-7");
});

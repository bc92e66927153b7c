import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ChatSocket } from "../../src/client/chat-socket.ts";
import type { AppEvent } from "../../src/client/events.ts";
import { WELCOME } from "../support/client-machine.ts";

/** The last sockets that were opened, newest last. */
let opened: FakeSocket[] = [];

class FakeSocket {
  readyState = 0;
  readonly url: string;
  readonly sent: string[] = [];
  readonly closes: number[] = [];
  private readonly listeners = new Map<string, (event: object) => void>();

  constructor(url: string) {
    this.url = url;
    opened.push(this);
  }

  addEventListener(type: string, listener: (event: object) => void): void {
    this.listeners.set(type, listener);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(code: number): void {
    this.closes.push(code);
    this.readyState = 2;
  }

  /** What the network does. */
  happen(type: "open" | "message" | "close", event: object = {}): void {
    if (type === "open") this.readyState = 1;
    if (type === "close") this.readyState = 3;
    this.listeners.get(type)?.(event);
  }

  welcome(): void {
    this.happen("open");
    this.happen("message", { data: JSON.stringify({ welcome: WELCOME }) });
  }
}

beforeEach(() => {
  opened = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** The socket that was opened last. */
function newest(): FakeSocket {
  const socket = opened.at(-1);
  if (socket === undefined) throw new Error("no socket was opened");
  return socket;
}

/** A client that was started; and what the app heard. */
function started(): { client: ChatSocket; heard: AppEvent[] } {
  const heard: AppEvent[] = [];
  const options = { url: "wss://chat.example/room", name: "ann", key: "k".repeat(16), client: "tab" };
  const client = new ChatSocket({ ...options, onEvent: (event) => heard.push(event) });
  client.start();
  return { client, heard };
}

const statuses = (heard: readonly AppEvent[]): string[] =>
  heard.flatMap((event) => (event.type === "status" ? event.status : []));

test("[P1] a start opens the room's address; the hello goes out when the socket is open, and the welcome makes it live", () => {
  const { heard } = started();
  expect(newest().url).toBe("wss://chat.example/room");
  expect(newest().sent).toEqual([]);
  newest().welcome();
  expect(newest().sent.map((text) => JSON.parse(text) as object)).toMatchObject([
    { name: "ann", protocol: 1 },
  ]);
  expect(statuses(heard)).toEqual(["connecting", "live"]);
});

test("[P2] what the app says goes out under the name that it is given", () => {
  const { client, heard } = started();
  newest().welcome();
  const id = client.send("hi");
  expect(id).toMatch(/^\d+(-\d+){2}$/);
  expect(newest().sent.at(-1)).toBe(JSON.stringify({ message: "hi", counter: 1 }));
  expect(heard.at(-1)).toMatchObject({ type: "outbox", items: [{ id, message: "hi" }] });
  client.do({ type: "history", before: 7 });
  expect(newest().sent.at(-1)).toBe(JSON.stringify({ history: { before: 7, limit: 100 } }));
  client.do({ type: "visible" });
  expect(newest().sent.at(-1)).toBe("ping");
  const long = client.send("x".repeat(257));
  client.do({ type: "discard", id: long });
  expect(heard.at(-1)).toMatchObject({ type: "outbox", items: [{ id }] });
});

test("[P6] timers ring after what the machine asked for, once, and are disarmed by what comes", () => {
  started();
  newest().welcome();
  vi.advanceTimersByTime(24_999);
  expect(newest().sent).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(newest().sent.slice(1)).toEqual(["ping"]);
  newest().happen("message", { data: "pong" });
  vi.advanceTimersByTime(24_999);
  expect(newest().sent.slice(1)).toEqual(["ping"]);
  expect(newest().closes).toEqual([]);
});

test("[P11] a timer that is armed anew rings once, by its new time", () => {
  const { client } = started();
  newest().welcome();
  vi.advanceTimersByTime(24_000);
  client.do({ type: "visible" });
  newest().happen("message", { data: "pong" });
  vi.advanceTimersByTime(24_999);
  expect(newest().sent.slice(1)).toEqual(["ping"]);
});

test("[D2] a socket that is silent is given up and closed, and another one opened after the backoff", () => {
  const { heard } = started();
  newest().welcome();
  const silent = newest();
  vi.advanceTimersByTime(35_000);
  expect(silent.closes).toEqual([1000]);
  expect(statuses(heard)).toEqual(["connecting", "live", "offline"]);
  vi.advanceTimersByTime(249);
  expect(opened).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(opened).toHaveLength(2);
});

test("[D3] nothing that a given-up socket still brings reaches the app", () => {
  const { heard } = started();
  newest().welcome();
  const old = newest();
  vi.advanceTimersByTime(35_250);
  newest().welcome();
  const before = heard.length;
  old.happen("open");
  old.happen("message", { data: JSON.stringify({ presence: { count: 9 } }) });
  old.happen("close", { code: 4001 });
  expect(heard).toHaveLength(before);
  expect(newest().sent).toHaveLength(1);
});

test("[D7] a client that is started again gives up the socket that it had", () => {
  const { client } = started();
  const first = newest();
  client.start();
  expect(first.closes).toEqual([1000]);
  expect(opened).toHaveLength(2);
});

test("[P4] the code of a close reaches the machine; what is closed already is not closed again", () => {
  const { heard } = started();
  newest().welcome();
  newest().happen("close", { code: 4001 });
  expect(statuses(heard).at(-1)).toBe("superseded");
  expect(newest().closes).toEqual([]);
});

test("[D2] a lost connection comes back by itself; its backoff has full jitter", () => {
  const { heard } = started();
  newest().welcome();
  newest().happen("close", { code: 1006 });
  expect(heard.at(-1)).toEqual({ type: "status", status: "offline", retryMs: 250 });
  vi.advanceTimersByTime(250);
  expect(opened).toHaveLength(2);
});

test("[P11] no timer outlives its connection: after a loss only the next attempt is waited for", () => {
  const { client } = started();
  newest().welcome();
  client.send("hi");
  client.do({ type: "history", before: 7 });
  expect(vi.getTimerCount()).toBe(4);
  newest().happen("close", { code: 1006 });
  expect(vi.getTimerCount()).toBe(1);
  client.do({ type: "online" });
  expect(opened).toHaveLength(2);
  expect(vi.getTimerCount(), "for an answer").toBe(1);
});

test.each([0, 2, 3])(
  "[D13] a socket in state %i is sent nothing, and closed only before its end",
  (readyState) => {
    const { client } = started();
    newest().welcome();
    newest().readyState = readyState;
    client.do({ type: "visible" });
    expect(newest().sent).toHaveLength(1);
    vi.advanceTimersByTime(3_000);
    expect(newest().closes).toEqual(readyState === 0 ? [1000] : []);
  },
);

test("[D7] who stops has left: the socket is closed, no timer rings, nothing is heard or done any more", () => {
  const { client, heard } = started();
  newest().welcome();
  const before = heard.length;
  client.stop();
  expect(newest().closes).toEqual([1000]);
  expect(vi.getTimerCount()).toBe(0);
  newest().happen("close", { code: 1000 });
  client.send("too late");
  client.start();
  expect(heard).toHaveLength(before);
  expect(opened).toHaveLength(1);
  client.stop();
});

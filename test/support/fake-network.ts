// A browser's network in a test's hand, for each test anew: sockets are fake, and timers stand still. And clients on it.
import { afterEach, beforeEach, vi } from "vitest";
import { FakeSocket } from "./fake-socket.ts";
import { SeenClient, type SeenClientOptions } from "./seen-client.ts";

/** Call it at the top of a file of tests. */
export function useFakeNetwork(): void {
  beforeEach(() => {
    FakeSocket.opened.length = 0;
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
}

export const newest = (): FakeSocket => FakeSocket.newest;

/** The newest socket's room says this. */
export const receive = (frame: object): void => newest().happen("message", { data: JSON.stringify(frame) });

export const made = (more: Partial<SeenClientOptions> = {}): SeenClient =>
  new SeenClient({ url: "wss://chat.example", name: "ann", key: "k".repeat(16), client: "tab", ...more });

/** A client that the room has let in. */
export function live(more: Partial<SeenClientOptions> = {}): SeenClient {
  const client = made(more).start();
  newest().welcome();
  return client;
}

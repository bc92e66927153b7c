// Clocks and timers: when an event happened, and when a callback runs.
import exec from "k6/execution";
import { clearInterval, setInterval } from "k6/timers";
import { WebSocket } from "k6/websockets";
import { holdsTrue, type Rows } from "./row.ts";
import { opened, TARGET } from "./sockets.ts";

export const TIME_ROWS: Rows = {
  K13: { title: "event.timestamp is of the read, not of the callback", check: checkTimestamps },
  K14: { title: "the epoch clock from the open event", check: checkEpochClock },
  K30: { title: "setInterval re-arms after its callback", check: checkInterval },
};

async function checkTimestamps(): Promise<void> {
  const BUSY_MS = 60;
  const before = Date.now();
  const socket = new WebSocket(`${TARGET}/burst?count=100`);
  const seen: { timestamp: number; at: number }[] = [];
  await new Promise<void>((resolve) => {
    socket.addEventListener("message", ({ timestamp }) => {
      seen.push({ timestamp, at: Date.now() });
      if (seen.length === 1) busy(BUSY_MS);
      if (seen.length === 100) resolve();
    });
  });
  socket.close();
  const [first, second] = seen;
  holdsTrue(
    seen.every(({ timestamp, at }) => timestamp >= before - 1 && timestamp <= at + 1),
    "between connect and callback",
  );
  holdsTrue(
    seen.some(({ timestamp }) => timestamp % 1 !== 0),
    "timestamps have a fraction",
  );
  holdsTrue((second?.at ?? 0) - (first?.timestamp ?? 0) >= BUSY_MS - 1, "the second callback waited");
  holdsTrue(
    seen.some(({ timestamp, at }) => at - timestamp >= BUSY_MS - 10),
    "a frame that was read before the wait says so",
  );
}

async function checkEpochClock(): Promise<void> {
  const offsets: number[] = [];
  for (let round = 0; round < 3; round++) {
    const socket = new WebSocket(`${TARGET}/echo`);
    const timestamp = await opened(socket);
    offsets.push(timestamp - exec.instance.currentTestRunDuration);
    socket.close();
  }
  holdsTrue(Math.max(...offsets) - Math.min(...offsets) < 100, `offsets agree: ${offsets.join(", ")}`);
}

async function checkInterval(): Promise<void> {
  const starts: number[] = [];
  await new Promise<void>((resolve) => {
    const id = setInterval(() => {
      starts.push(Date.now());
      busy(40);
      if (starts.length < 3) return;
      clearInterval(id);
      resolve();
    }, 30);
  });
  const [first = 0, second = 0] = starts;
  holdsTrue(second - first >= 65, `30 ms after a callback of 40 ms: ${second - first} ms`);
}

/** The script does nothing else for so long. */
function busy(ms: number): void {
  const end = Date.now() + ms;
  while (Date.now() < end);
}

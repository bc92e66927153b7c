// What `bench.ts` runs: one VU says RATE messages a second, one receives them on MEMBERS sockets and only counts. It is no load test:
// nothing is checked, and what is measured is the host.
import exec from "k6/execution";
import { Counter, Gauge, Trend } from "k6/metrics";
import { setInterval, setTimeout } from "k6/timers";
import { WebSocket } from "k6/websockets";

const { TARGET = "", PROTOCOL = "classic" } = __ENV;
const MEMBERS = Number(__ENV.MEMBERS);
const RATE = Number(__ENV.RATE);
const SECONDS = Number(__ENV.SECONDS);
const WARMUP_MS = 2_000;
const END_MS = WARMUP_MS + SECONDS * 1_000;

const sent = new Counter("bench_sent");
const frames = new Counter("bench_frames");
const deliveries = new Counter("bench_deliveries");
const lag = new Trend("bench_lag", true);
const joined = new Gauge("bench_joined");

const vu = (exec_: string) => ({
  executor: "per-vu-iterations",
  vus: 1,
  iterations: 1,
  exec: exec_,
  gracefulStop: "1s",
});
export const options = { scenarios: { receive: vu("receive"), send: vu("send") } };

const isDelivery = PROTOCOL === "delivery";
const hello = (name: string): string =>
  JSON.stringify(isDelivery ? { name, protocol: 1, key: "0123456789abcdef", client: name } : { name });
const connect = (): WebSocket =>
  new WebSocket(`${TARGET}/api/room/bench/websocket`, null, { tags: { name: "bench" } });
const now = (): number => exec.instance.currentTestRunDuration;
const isMeasured = (): boolean => now() >= WARMUP_MS && now() < END_MS;

export function send(): void {
  const socket = connect();
  socket.addEventListener("open", () => {
    socket.send(hello("sender"));
    let count = 0;
    const message = "x".repeat(60);
    setInterval(() => {
      for (const due = (now() / 1_000) * RATE; count < due;) {
        count += 1;
        socket.send(JSON.stringify({ message, counter: count }));
      }
    }, 1);
    setTimeout(() => {
      sent.add(count);
      exec.test.abort("done");
    }, END_MS + 500);
  });
}

export function receive(): void {
  let frameCount = 0;
  let deliveryCount = 0;
  let open = 0;
  for (let member = 0; member < MEMBERS; member++) {
    const socket = connect();
    socket.addEventListener("open", () => {
      open += 1;
      socket.send(hello(`m${member}`));
    });
    socket.addEventListener("message", ({ data, timestamp }) => {
      if (!isMeasured() || typeof data !== "string") return;
      frameCount += 1;
      deliveryCount += isDelivery ? batchSize(data) : 1;
      if (frameCount % 1_000 === 0) lag.add(Date.now() - timestamp);
    });
  }
  setTimeout(() => {
    frames.add(frameCount);
    deliveries.add(deliveryCount);
    joined.add(open);
  }, END_MS + 100);
}

/** From the head `{"first":1,"last":10,…` alone. */
function batchSize(data: string): number {
  if (!data.startsWith('{"first":')) return 0;
  const comma = data.indexOf(",", 9);
  const first = Number(data.slice(9, comma));
  return Number(data.slice(comma + 8, data.indexOf(",", comma + 8))) - first + 1;
}

export function handleSummary({ metrics }: { metrics: Record<string, { values: Record<string, number> }> }) {
  const of = (name: string, value = "count"): number => metrics[name]?.values[value] ?? 0;
  const result = {
    framesPerSecond: of("bench_frames") / SECONDS,
    deliveriesPerSecond: of("bench_deliveries") / SECONDS,
    sent: of("bench_sent"),
    joined: of("bench_joined", "value"),
    lagP50: of("bench_lag", "med"),
    lagMax: of("bench_lag", "max"),
  };
  return { stdout: `${JSON.stringify(result)}\n` };
}

// Does this machine's k6, or the host, behave as the scripts rely on? Checks the rows of load/host/CONTRACT.md that can be seen from
// inside, against a small server that is started first: node load/targets/main.ts echo
//   k6 run load/self-check.ts        node load/host/main.ts run load/self-check.ts
// One exception is thrown on purpose (K20). Exit code 0: all rows pass; 99: see the rows that FAIL.
import exec from "k6/execution";
import { Counter } from "k6/metrics";
import { clearInterval, setInterval, setTimeout } from "k6/timers";
import { type MessageEvent, WebSocket } from "k6/websockets";

const TARGET = __ENV.CHAT_TARGET ?? "ws://127.0.0.1:8790";

const ROWS: Record<string, { title: string; check: (data: SetupData) => void | Promise<void> }> = {
  K1: { title: "WebSocket of k6/websockets", check: () => same(typeof WebSocket, "function") },
  K3: { title: "globals are k6's, and no more", check: checkGlobals },
  K4: { title: "a world of its own; setup's JSON", check: checkWorld },
  K5: { title: "ids, names, a clock with a fraction", check: checkExecution },
  K10: { title: "headers are sent, unknown params throw", check: checkParams },
  K11: { title: "readyState is the number 1 when open", check: checkReadyState },
  K12: { title: "blob at first; ArrayBuffer when asked; text is a string", check: checkBinary },
  K13: { title: "event.timestamp is of the read, not of the callback", check: checkTimestamps },
  K14: { title: "the epoch clock from the open event", check: checkEpochClock },
  K15: { title: "events keep their order", check: checkOrder },
  K16: { title: "send() throws unless open; bufferedAmount", check: checkSend },
  K17: { title: "close codes; nothing comes after close()", check: checkClose },
  K18: { title: "a refused handshake is an error without status", check: checkRefusal },
  K22: { title: "close events have code and reason", check: checkCloseEvent },
  K30: { title: "setInterval re-arms after its callback", check: checkInterval },
};

/** Seen by their effects on metrics alone: name → thresholds. */
const BY_METRIC: Record<string, Record<string, string[]>> = {
  K18: { "ws_sessions{status:403}": ["count>=1"] },
  K20: { self_check_thrown: ["count>=1"], self_check_survived: ["count<1"] },
  K21: { "ws_sessions{name:named}": ["count>=1"], "ws_msgs_received{name:named}": ["count>=1"] },
};

const passed = new Counter("self_check_passed");
const thrown = new Counter("self_check_thrown");
const survived = new Counter("self_check_survived");
let visits = 0;

interface SetupData {
  text: string;
  gone?: undefined;
}

const VUS = 2;
export const options = {
  scenarios: {
    rows: { executor: "per-vu-iterations", vus: VUS, iterations: 1, maxDuration: "60s", gracefulStop: "1s" },
    breaks: { executor: "per-vu-iterations", vus: 1, iterations: 1, exec: "breaks", maxDuration: "60s" },
  },
  thresholds: Object.assign(
    {},
    ...Object.keys(ROWS).map((row) => ({ [`self_check_passed{row:${row}}`]: [`count>=${VUS}`] })),
    ...Object.values(BY_METRIC),
  ) as Record<string, string[]>,
};

export const setup = (): SetupData => ({ text: "from setup", gone: undefined });

export default async function rows(data: SetupData): Promise<void> {
  visits += 1;
  for (const [row, { check }] of Object.entries(ROWS)) {
    try {
      await check(data);
      passed.add(1, { row });
    } catch (error) {
      console.error(`${row} FAIL: ${String(error)}`);
    }
  }
}

/** [K20] */
export function breaks(): void {
  const socket = new WebSocket(`${TARGET}/echo`);
  socket.addEventListener("open", () => {
    setTimeout(() => survived.add(1), 300);
    thrown.add(1);
    throw new Error("thrown on purpose");
  });
}

interface Summary {
  metrics: Record<string, { thresholds?: Record<string, { ok: boolean }> }>;
  setup_data: SetupData;
  state: { testRunDurationMs: number };
}

export function handleSummary({ metrics, setup_data: data, state }: Summary): Record<string, string> {
  const holds = (metric: string): boolean =>
    Object.values(metrics[metric]?.thresholds ?? { missing: { ok: false } }).every(({ ok }) => ok);
  const results: Record<string, boolean> = {};
  for (const row of Object.keys(ROWS)) results[row] = holds(`self_check_passed{row:${row}}`);
  for (const [row, thresholds] of Object.entries(BY_METRIC)) {
    results[row] = (results[row] ?? true) && Object.keys(thresholds).every(holds);
  }
  results.K33 = metrics["self_check_passed{row:K1}"] !== undefined;
  results.K35 = data.text === "from setup" && state.testRunDurationMs > 0;
  const lines = Object.entries(results)
    .toSorted(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)))
    .map(
      ([row, isGood]) =>
        `${isGood ? "PASS" : "FAIL"}  ${row.padEnd(4)} ${ROWS[row]?.title ?? TITLES[row] ?? ""}`,
    );
  const failed = Object.values(results).filter((isGood) => !isGood).length;
  return { stdout: `${lines.join("\n")}\n${lines.length - failed} rows pass, ${failed} fail\n` };
}

const TITLES: Record<string, string> = {
  K20: "an exception in a callback ends the iteration",
  K21: "built-in metrics, with the tag that was given",
  K33: "sub-metrics that thresholds name reach the summary",
  K35: "handleSummary has the setup's data and the duration",
};

function checkGlobals(): void {
  same(typeof __ENV, "object");
  same(typeof __VU, "number");
  same(__ITER, 0);
  const world = globalThis as Record<string, unknown>;
  for (const name of ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "open"]) {
    same(typeof world[name], "function", name);
  }
  for (const name of [
    "process",
    "Buffer",
    "fetch",
    "structuredClone",
    "queueMicrotask",
    "setImmediate",
    "performance",
  ]) {
    same(typeof world[name], "undefined", name);
  }
  throws(() => open("self-check.ts"), "open() outside the init context");
}

function checkWorld({ text, ...others }: SetupData): void {
  same(visits, 1, "visits of this VU");
  same(text, "from setup");
  same(Object.keys(others).length, 0, "fields that JSON does not keep");
}

function checkExecution(): void {
  same(exec.scenario.name, "rows");
  holdsTrue(exec.vu.idInTest >= 1 && exec.vu.idInInstance >= 1, "ids count from 1");
  const readings = Array.from({ length: 50 }, () => exec.instance.currentTestRunDuration);
  holdsTrue(
    readings.some((ms) => ms % 1 !== 0),
    "currentTestRunDuration has a fraction",
  );
  holdsTrue(
    readings.every((ms, at) => ms >= (readings[at - 1] ?? 0)),
    "currentTestRunDuration never falls",
  );
}

async function checkParams(): Promise<void> {
  throws(() => new WebSocket(`${TARGET}/echo`, null, { unknown: 1 } as object), "an unknown param");
  const [frame] = await messages("/headers", 1, { headers: { "X-Self-Check": "yes" } });
  same((JSON.parse(frame?.data as string) as Record<string, string>)["x-self-check"], "yes");
}

async function checkReadyState(): Promise<void> {
  const socket = new WebSocket(`${TARGET}/echo`);
  same(socket.readyState, 0);
  await opened(socket);
  same(socket.readyState, 1);
  socket.close(1000);
  same(socket.readyState, 2);
}

async function checkBinary(): Promise<void> {
  const socket = new WebSocket(`${TARGET}/binary`);
  same(socket.binaryType, "blob");
  throws(() => {
    socket.binaryType = "nonsense" as "blob";
  }, "an unknown binaryType");
  socket.binaryType = "arraybuffer";
  const { data } = await next(socket);
  holdsTrue(data instanceof ArrayBuffer && new Uint8Array(data)[2] === 3, "three bytes in an ArrayBuffer");
  socket.close();
  const [text] = await messages("/burst?count=1", 1);
  same(text?.data, "0");
}

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

async function checkOrder(): Promise<void> {
  const frames = await messages("/burst?count=1000", 1_000);
  holdsTrue(
    frames.every(({ data }, at) => data === `${at}`),
    "0 to 999 in order",
  );
}

async function checkSend(): Promise<void> {
  const socket = new WebSocket(`${TARGET}/echo`, null, { tags: { name: "named" } });
  throws(() => socket.send("early"), "send() while connecting");
  await opened(socket);
  same(socket.bufferedAmount, 0);
  socket.send("hello");
  same((await next(socket)).data, "hello");
  socket.close();
  throws(() => socket.send("late"), "send() after close()");
}

async function checkClose(): Promise<void> {
  const socket = new WebSocket(`${TARGET}/late`);
  await opened(socket);
  throws(() => socket.close(1001), "close code 1001");
  await next(socket);
  let late = 0;
  socket.addEventListener("message", () => {
    late += 1;
  });
  socket.close(4001, "enough");
  await closed(socket);
  same(late, 0, "messages after close()");
}

async function checkRefusal(): Promise<void> {
  const socket = new WebSocket(`${TARGET}/refuse?status=403`);
  const event = await new Promise<object | undefined>((resolve) => {
    socket.addEventListener("error", resolve);
  });
  same((event as { status?: unknown }).status, undefined);
}

async function checkCloseEvent(): Promise<void> {
  const { code, reason } = await closed(new WebSocket(`${TARGET}/close?code=4008&reason=slow`));
  same(code, 4008);
  same(reason, "slow");
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

function busy(ms: number): void {
  const end = Date.now() + ms;
  while (Date.now() < end);
}

const opened = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => {
    socket.addEventListener("open", ({ timestamp }) => resolve(timestamp));
  });

const next = (socket: WebSocket): Promise<MessageEvent> =>
  new Promise((resolve) => {
    socket.addEventListener("message", resolve);
  });

const closed = (socket: WebSocket): Promise<{ code?: number; reason: string }> =>
  new Promise((resolve) => {
    socket.addEventListener("close", resolve);
  });

/** The first messages of a path; closes then. */
async function messages(path: string, count: number, params: object = {}): Promise<MessageEvent[]> {
  const socket = new WebSocket(`${TARGET}${path}`, null, params);
  const frames: MessageEvent[] = [];
  await new Promise<void>((resolve) => {
    socket.addEventListener("message", (event) => {
      frames.push(event);
      if (frames.length === count) resolve();
    });
  });
  socket.close();
  return frames;
}

function same(actual: unknown, expected: unknown, what = "value"): void {
  holdsTrue(actual === expected, `${what}: ${String(actual)} is not ${String(expected)}`);
}

function throws(act: () => unknown, what: string): void {
  try {
    act();
  } catch {
    return;
  }
  throw new Error(`${what} does not throw`);
}

function holdsTrue(condition: boolean, sentence: string): void {
  if (!condition) throw new Error(sentence);
}

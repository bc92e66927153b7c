// A script's WebSocket against the echo server: rows K10 to K22 of load/host/CONTRACT.md.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { HANDSHAKE_MS } from "../../../load/host/handshake.ts";
import { LeanSocket, type SocketEnd } from "../../../load/host/socket.ts";
import { startEcho } from "../../../load/targets/echo.ts";
import type { Target } from "../../../load/targets/servers.ts";
import { runHost, type HostRun } from "../../support/host-run.ts";

const nothing = (): void => {};
let echo: Target;
beforeAll(async () => {
  echo = await startEcho({ port: 0 });
});
afterAll(() => echo.stop());

/** Runs the body of a default function; `url` is the echo server's. */
const run = (body: string, options = "{}"): Promise<HostRun> =>
  runHost(`import { WebSocket } from "k6/websockets";
    import exec from "k6/execution";
    const url = "${echo.url.replace("http", "ws")}";
    const caught = (act: () => unknown): string => { try { act(); return "nothing"; } catch (error) { return String(error); } };
    export const options = ${options};
    export default function () { ${body} }
    export function handleSummary({ metrics }) { say(Object.keys(metrics)); say(metrics); return {}; }`);

test("[K10] headers are sent, unknown params and foreign schemes throw, what the host lacks says so", async () => {
  const { said } = await run(`
    const socket = new WebSocket(url + "/headers", null, { headers: { "X-Test": "yes" }, tags: { a: 1 } });
    socket.onmessage = ({ data }) => { say(JSON.parse(data)["x-test"]); socket.close(); };
    say([caught(() => new WebSocket(url, null, { header: {} })), caught(() => new WebSocket("http://x/")), caught(() => new WebSocket(url, null, { compression: "deflate" }))]);`);
  expect(said.slice(0, 2)).toEqual([
    [
      "Error: unknown WebSocket's option header",
      'Error: WebSocket requires url with scheme ws or wss, but got "http"',
      "Error: WebSocket's compression is not supported by the host; run it with k6.",
    ],
    "yes",
  ]);
});

test("[K11] the constants are undefined; readyState is a number", async () => {
  const { said } = await run(`
    const socket = new WebSocket(url + "/echo");
    say([WebSocket.OPEN, socket.OPEN ?? null, socket.readyState]);
    socket.onopen = () => { say(socket.readyState); socket.close(); say(socket.readyState); };
    socket.onclose = () => say(socket.readyState);`);
  expect(said.slice(0, 4)).toEqual([[null, null, 0], 1, 2, 3]);
});

test("[K12] binaryType starts as blob; binary comes as ArrayBuffer when asked, text as string; the host has no Blob", async () => {
  const { said, stderr } = await run(`
    const blob = new WebSocket(url + "/binary");
    say([blob.binaryType, caught(() => { blob.binaryType = "text"; })]);
    const socket = new WebSocket(url + "/echo");
    socket.binaryType = "arraybuffer";
    const kinds: string[] = [];
    socket.onopen = () => { socket.send(new Uint8Array([7])); socket.send("text"); };
    socket.onmessage = ({ data }) => { say([Object.prototype.toString.call(data), data.byteLength ?? data]); if (data === "text") socket.close(); };`);
  expect(said[0]).toEqual(["blob", expect.stringContaining("unknown binaryType text")]);
  expect(stderr).toContain("Blobs are not supported by the host");
});

test("[K12] binary and text, sent and received", async () => {
  const { said } = await run(`
    const socket = new WebSocket(url + "/echo");
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { socket.send(new Uint8Array([7, 8]).buffer); socket.send("text"); say(caught(() => socket.send(5))); };
    socket.onmessage = ({ data }) => { say([typeof data, data.byteLength ?? data]); if (data === "text") socket.close(); };`);
  expect(said.slice(0, 3)).toEqual([
    "Error: unsupported send type number",
    ["object", 2],
    ["string", "text"],
  ]);
});

test("[K13] [K14] timestamps are epoch ms with a fraction, of the read and not of the callback", async () => {
  const { said } = await run(`
    const before = Date.now();
    const socket = new WebSocket(url + "/burst?count=40");
    const lags: number[] = [];
    let offset = 0, fractions = 0, outside = 0;
    socket.onopen = ({ timestamp }) => { offset = timestamp - exec.instance.currentTestRunDuration; };
    socket.onmessage = ({ timestamp }) => {
      if (lags.length === 0) { const end = Date.now() + 50; while (Date.now() < end); }
      const now = offset + exec.instance.currentTestRunDuration;
      lags.push(now - timestamp);
      if (timestamp % 1 !== 0) fractions += 1;
      if (timestamp < before - 1 || timestamp > now + 1) outside += 1;
      if (lags.length === 40) { say([Math.min(...lags) > 45, fractions > 0, outside]); socket.close(); }
    };`);
  expect(said[0]).toEqual([true, true, 0]);
});

test("[K15] [K21] events keep their order, and all are counted, over sockets that are read in turn", async () => {
  const { said } = await run(`
    let broken = 0, open = 5;
    for (let each = 0; each < 5; each++) {
      const socket = new WebSocket(url + "/burst?count=2000", null, { tags: { name: "burst" } });
      let next = 0;
      socket.onmessage = ({ data }) => { if (data !== String(next)) broken += 1; next += 1; if (next === 2000) socket.close(); };
      socket.onclose = () => { open -= 1; if (open === 0) say(broken); };
    }`);
  expect(said[0]).toBe(0);
  const metrics = said.at(-1) as Record<string, { values: Record<string, number> }>;
  expect(metrics.ws_msgs_received?.values.count).toBe(10_000);
  expect(metrics.ws_sessions?.values.count).toBe(5);
});

test("[K16] send() throws unless open; bufferedAmount shows what the network has not taken", async () => {
  const { said } = await run(`
    const socket = new WebSocket(url + "/echo");
    say([caught(() => socket.send("early")), socket.bufferedAmount]);
    socket.onopen = () => { socket.send("12345"); say(socket.bufferedAmount); };
    socket.onmessage = () => { say(socket.bufferedAmount); socket.close(); say(caught(() => socket.send("late"))); };`);
  expect(said.slice(0, 4)).toEqual([["Error: InvalidStateError", 0], 5, 0, "Error: InvalidStateError"]);
});

test("[K17] close() takes 1000 and 3000 to 4999, drops and does not count what comes after it; there is no terminate()", async () => {
  const { said } = await run(`
    const socket = new WebSocket(url + "/late");
    let count = 0;
    say([caught(() => socket.close()), "terminate" in socket]);
    socket.onmessage = () => {
      count += 1;
      if (count > 1) return;
      say([1001, 2999, 5000].map((code) => caught(() => socket.close(code))).every((text) => text.includes("InvalidAccessError")));
      say(caught(() => socket.close(3000, "x".repeat(124))));
      socket.close(3000);
    };
    socket.onclose = () => say(count);`);
  expect(said.slice(0, 4)).toEqual([
    [expect.stringContaining("k6 blocks"), false],
    true,
    expect.stringContaining("SyntaxError"),
    1,
  ]);
  const metrics = said.at(-1) as Record<string, { values: Record<string, number> }>;
  expect(metrics.ws_msgs_received?.values.count).toBe(1);
});

test("[K18] a refused handshake is an error event without status, then a close; the status is a tag of the metrics", async () => {
  const { said } = await run(
    `for (const path of ["/refuse?status=403", "/refuse?status=429"]) {
      const socket = new WebSocket(url + path);
      socket.onerror = (event) => say([event.type, event.error, Object.keys(event).includes("status")]);
      socket.onclose = (event) => say([event.type, event.code ?? null]);
    }`,
    `{ thresholds: { "ws_sessions{status:403}": [], "ws_connecting{status:429}": [], "ws_sessions{status:101}": [] } }`,
  );
  const events = said.slice(0, 4).toSorted((a, b) => (String(a) < String(b) ? -1 : 1));
  expect(events).toEqual([
    ["close", null],
    ["close", null],
    ["error", "websocket: bad handshake", false],
    ["error", "websocket: bad handshake", false],
  ]);
  const metrics = said.at(-1) as Record<string, { values: Record<string, number> }>;
  expect(metrics["ws_sessions{status:403}"]?.values.count).toBe(1);
  expect(metrics["ws_connecting{status:429}"]?.values.max).toBeGreaterThan(0);
  expect(metrics["ws_sessions{status:101}"]?.values.count).toBe(0);
});

test("[K18] nobody listens there: an error event", async () => {
  const { said } = await run(`
    const socket = new WebSocket("ws://127.0.0.1:9/");
    socket.onerror = ({ error }) => say(error.includes("ECONNREFUSED"));`);
  expect(said[0]).toBe(true);
});

test("[K19] the handshake's time-out is 60 s and ends in an error", async () => {
  const silent: Server = createServer(() => {});
  await new Promise<void>((resolve) => {
    silent.listen(0, "127.0.0.1", resolve);
  });
  const { port } = silent.address() as AddressInfo;
  const end = await new Promise<SocketEnd>((closed) => {
    const events = { open: nothing, text: nothing, binary: nothing, ping: nothing, pong: nothing, closed };
    const socket = new LeanSocket({
      url: `ws://127.0.0.1:${port}/`,
      headers: {},
      handshakeMs: 50,
      clock: () => 0,
      events,
    });
    expect(socket.status).toBe(0);
  });
  silent.close();
  expect(end.error).toBe("no answer to the handshake in 0.05 s");
  expect(HANDSHAKE_MS).toBe(60_000);
});

test("[K20] an exception in a callback ends the iteration with all its sockets and timers, not the run", async () => {
  const url = echo.url.replace("http", "ws");
  const broken = await runHost(`
    import { WebSocket } from "k6/websockets";
    export const options = {
      scenarios: { s: { executor: "per-vu-iterations", vus: 1, iterations: 2 } },
      summaryTrendStats: ["count"],
    };
    export default function () {
      const other = new WebSocket("${url}/late");
      other.onclose = () => say("closed by an event");
      other.onopen = () => {
        setTimeout(() => say("timer"), 500);
        const socket = new WebSocket("${url}/burst?count=3");
        socket.onmessage = () => { say(__ITER); throw new Error("broken"); };
      };
    }
    export function handleSummary({ metrics }) { say(metrics.ws_session_duration.values.count); return {}; }`);
  // Four sessions have ended: the sockets were not left to the next iteration.
  expect(broken.said).toEqual([0, 1, 4]);
  expect(broken.stderr.match(/^ERROR Error: broken/gm)).toHaveLength(2);
  expect(broken.code).toBe(0);
});

test("[K21] built-in metrics, tagged with the url, or with the name that was given", async () => {
  const { said } = await run(
    `const socket = new WebSocket(url + "/echo", null, { tags: { name: "given" } });
    socket.onopen = () => { socket.ping(); socket.send("x"); };
    let seen = 0;
    const done = () => { seen += 1; if (seen === 2) socket.close(); };
    socket.onpong = done;
    socket.onmessage = done;`,
    `{ thresholds: { "ws_msgs_sent{name:given}": [], "ws_msgs_received{url:given}": [] } }`,
  );
  const metrics = said.at(-1) as Record<string, { values: Record<string, number> }>;
  for (const name of ["ws_sessions", "ws_msgs_sent{name:given}", "ws_msgs_received{url:given}"]) {
    expect([name, metrics[name]?.values.count]).toEqual([name, 1]);
  }
  for (const name of ["ws_connecting", "ws_session_duration", "ws_ping"]) {
    expect(metrics[name]?.values.max).toBeGreaterThan(0);
  }
});

test("[K21] only the systemTags asked for are there", async () => {
  const { said } = await run(
    `const socket = new WebSocket(url + "/close"); socket.onclose = () => {};`,
    `{ systemTags: ["status"], thresholds: { "ws_sessions{status:101}": [], "ws_sessions{scenario:default}": [] } }`,
  );
  const metrics = said.at(-1) as Record<string, { values: Record<string, number> }>;
  expect(metrics["ws_sessions{status:101}"]?.values.count).toBe(1);
  expect(metrics["ws_sessions{scenario:default}"]?.values.count).toBe(0);
});

test.each([
  ["/close?code=1000&reason=bye", [["close", 1000, "bye"]]],
  [
    "/close?code=4008&reason=slow",
    [
      ["error", "websocket: close 4008: slow"],
      ["close", 4008, "slow"],
    ],
  ],
  [
    "/drop",
    [
      ["error", "websocket: close 1006 (abnormal closure): unexpected EOF"],
      ["close", 1006, "unexpected EOF"],
    ],
  ],
])(
  "[K22] %s: every code but 1000 and 1001 is an error event too, then the close with code and reason",
  async (path, events) => {
    const { said } = await run(`
    const socket = new WebSocket(url + "${path}");
    socket.onerror = ({ type, error }) => say([type, error]);
    socket.onclose = ({ type, code, reason }) => say([type, code, reason]);`);
    expect(said.slice(0, events.length)).toEqual(events);
  },
);

test("[K10] [K16] listeners: an unknown event's name and what is no function are refused; a ping is answered and told", async () => {
  const { said } = await run(`
    const socket = new WebSocket(url + "/ping");
    say([caught(() => socket.addEventListener("mesage", () => {})), caught(() => { socket.onopen = 5; })]);
    socket.addEventListener("ping", () => { say("ping"); socket.close(); });`);
  expect(said.slice(0, 2)).toEqual([
    [
      "Error: can't add event handler: unknown event type mesage",
      "Error: a value for 'onopen' should be callable",
    ],
    "ping",
  ]);
});

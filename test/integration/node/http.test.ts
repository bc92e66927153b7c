// Requests on a bare socket, spelt as no browser spells them: which way in each finds, and that the server goes on.
import { connect } from "node:net";
import { expect, test } from "vitest";
import { serve } from "../../support/fault-server.ts";

/** The status of the answer to these bytes; 0 where the server only hangs up. */
function statusOf(port: number, request: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.setTimeout(10_000, () => socket.destroy(new Error(`No answer to ${request.slice(0, 80)}`)));
    socket.on("data", (data) => {
      answer += data.toString("latin1");
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
      if (status === undefined) return;
      resolve(Number(status));
      socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(0));
    socket.write(request, "latin1");
  });
}

/** The statuses of all answers to these bytes, until the server hangs up. */
function statusesOf(port: number, request: string): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.setTimeout(10_000, () => socket.destroy(new Error("The server did not hang up")));
    socket.on("data", (data) => {
      answer += data.toString("latin1");
    });
    socket.on("error", reject);
    socket.on("close", () =>
      resolve([...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))),
    );
    socket.write(request, "latin1");
  });
}

const UPGRADE = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
];

/** Where an upgrade to this path leads: 101 is a room. */
const PATHS: readonly [status: number, path: string][] = [
  [101, "/api/room/a/websocket"],
  [101, "/api/room/a/websocket?x=1"],
  [101, "/api/room/a/websocket#x"],
  [101, "http://other.example/api/room/a/websocket"],
  [101, "/api/room/%41/websocket"],
  // What is no letter and no digit is dropped from a name (C10).
  [101, "/api/room/%2E%2E%2Fa/websocket"],
  [101, "/api/room/a%2Fb/websocket"],
  [101, "/api/room/a%5Cb/websocket"],
  [101, "/api/room/a%00b/websocket"],
  [404, "/api/room/a\\b/websocket"],
  [404, "//api/room/a/websocket"],
  [404, "/api//room/a/websocket"],
  [404, "/api/room//websocket"],
  [404, "/api/room/a//websocket"],
  [404, "/api/room/a/websocket/"],
  [404, "/api/room/./websocket"],
  [404, "/api/room/../websocket"],
  [404, "/api/room/%2e/websocket"],
  [404, "/api/room/%2e%2e/websocket"],
  [404, "/api/room/%/websocket"],
  [404, "/api/room/%zz/websocket"],
  [404, "/api/room/%ff/websocket"],
  [404, "/api/room/%c0%af/websocket"],
  [404, "/api/room/%ed%a0%80/websocket"],
  [404, "/API/ROOM/a/websocket"],
  [404, "/%61pi/room/a/websocket"],
  [404, `/api/room/${"a".repeat(33)}/websocket`],
  [404, `/api/room/${"a".repeat(20_000)}/websocket`],
];

/** The same upgrade, to a room, with these lines more. */
const HEADERS: readonly [status: number, what: string, lines: readonly string[]][] = [
  [101, "a header of 60 kB", [`X: ${"x".repeat(60_000)}`]],
  [101, "2,000 headers", Array.from({ length: 2_000 }, () => "X: y")],
  [431, "a header of 600 kB", [`X: ${"x".repeat(600_000)}`]],
  [403, "the origin of a sandboxed frame", ["Origin: null"]],
  [403, "a foreign origin before its own", ["Origin: http://x", "Origin: http://127.0.0.1"]],
  [101, "its own origin", ["Origin: http://127.0.0.1"]],
  [101, "its own origin with the default port", ["Origin: http://127.0.0.1:80"]],
  [101, "its own origin in capitals", ["Origin: HTTP://127.0.0.1"]],
];

const CHUNKED = "Transfer-Encoding: chunked";

/** After an empty line, the body. */
const REQUESTS: readonly [status: number, line: string, lines: readonly string[]][] = [
  [400, "POST /api/room/a/websocket", UPGRADE],
  [405, "PUT /api/room", []],
  [405, "PATCH /api/room", []],
  [405, "HEAD /api/room", []],
  [405, "OPTIONS /api/room", []],
  [405, "TRACE /api/room", []],
  [501, "BREW /api/room", []],
  [501, "get /api/room/a/websocket", UPGRADE],
  [400, "POST /api/room", ["Content-Length: -5"]],
  [400, "POST /api/room", ["Content-Length: 99999999999999999999"]],
  [400, "POST /api/room", ["Content-Length: 0", "Content-Length: 5"]],
  [200, "POST /api/room", [CHUNKED, "", "0"]],
  [200, "POST /api/room", ["Transfer-Encoding: CHUNKED", "", "5", "hello", "0"]],
  [405, "PUT /api/room", [CHUNKED, "", "0"]],
  [400, "POST /api/room", ["Transfer-Encoding: gzip", "", "0"]],
  [400, "POST /api/room", ["Transfer-Encoding: xchunked", "", "0"]],
  [400, "POST /api/room", ["Transfer-Encoding : chunked", "", "0"]],
  [404, "DELETE /api/room/a", ["Authorization: Bearer "]],
  [404, "GET /api/room/a/stats", ["Authorization: Bearer undefined"]],
];

const BYTES: readonly [status: number, bytes: string][] = [
  [400, "GET\r\n\r\n"],
  [400, "GET /api/room HTTP/9.9\r\n\r\n"],
  [400, "GET /api/room HTTP/1.1\r\n\r\n"],
  [400, "GET /api/room HTTP/1.1\r\nHost: a\r\n Folded: x\r\n\r\n"],
  [400, "GET /api/room HTTP/1.1\r\nHost : a\r\n\r\n"],
  [400, "\u0016\u0003\u0001\u0000\u00a5"],
];

test("[C1] [C2] [C10] [C11] [C12] requests spelt as no browser spells them end where SPEC.md says", async () => {
  const { url } = await serve("http");
  const port = Number(new URL(url).port);
  const ask = (line: string, lines: readonly string[]): Promise<number> =>
    statusOf(port, [`${line} HTTP/1.1`, "Host: 127.0.0.1", ...lines, "", ""].join("\r\n"));
  for (const [status, path] of PATHS)
    expect(await ask(`GET ${path}`, UPGRADE), path.slice(0, 60)).toBe(status);
  for (const [status, what, lines] of HEADERS)
    expect(await ask("GET /api/room/a/websocket", [...UPGRADE, ...lines]), what).toBe(status);
  for (const [status, line, lines] of REQUESTS)
    expect(await ask(line, lines), `${line} ${lines.join()}`).toBe(status);
  for (const [status, bytes] of BYTES)
    expect(await statusOf(port, bytes), JSON.stringify(bytes)).toBe(status);
  expect(await ask("POST /api/room", [])).toBe(200);
});

const post = (lines: readonly string[]): string =>
  ["POST /api/room HTTP/1.1", "Host: 127.0.0.1", ...lines, "", "0", "", ""].join("\r\n");

test("[D11] behind a request with two lengths, nobody slips a second one in: the connection ends with its answer", async () => {
  const { url } = await serve("http-lengths");
  const port = Number(new URL(url).port);
  const second = "GET /api/room HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
  expect(await statusesOf(port, post([CHUNKED]) + second)).toEqual([200, 405]);
  expect(await statusesOf(port, post(["Content-Length: 5", CHUNKED]) + second)).toEqual([200]);
  expect(await statusesOf(port, post([CHUNKED, "Content-Length: 5"]) + second)).toEqual([200]);
});

// The room on a bare socket, row by row in the numbering of RFC 6455's sections: what it lets pass, what ends a connection, and
// that nobody else notices.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { join } from "node:path";
import { rm } from "node:fs/promises";
import { ROOT } from "../../../tools/command.ts";
import { startWorkerd, type Workerd } from "../../../tools/workerd.ts";
import { theWorker, UNLIMITED } from "../../support/fault-server.ts";
import { RawClient } from "../../support/raw-client.ts";
import {
  BINARY,
  CLOSE,
  closing,
  PING,
  PONG,
  type RawFrame,
  RawWebSocket,
  TEXT,
} from "../../support/raw-websocket.ts";

const STATE = join(ROOT, ".state", "rfc6455");
const ROOM = "rfc";

let server: Workerd;
let neighbour: RawClient;

beforeAll(async () => {
  await rm(STATE, { recursive: true, force: true });
  server = await startWorkerd({ worker: await theWorker(), state: STATE, vars: UNLIMITED });
  neighbour = await RawClient.connect(server.url, ROOM, "10.30.0.1");
  neighbour.send({ name: "neighbour" });
  await neighbour.until(({ ready }) => ready === true, "ready");
});

afterAll(async () => {
  expect(neighbour.isOpen).toBe(true);
  expect(neighbour.frames.some((frame) => "error" in frame)).toBe(false);
  await server.kill();
  await rm(STATE, { recursive: true, force: true });
});

const HANDSHAKE = {
  request: `GET /api/room/${ROOM}/websocket HTTP/1.1`,
  Host: "127.0.0.1",
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version": "13",
  "CF-Connecting-IP": "10.30.0.2",
};

function linesOf(changes: Readonly<Record<string, string | null>> = {}): string[] {
  const { request, ...headers } = { ...HANDSHAKE, ...changes };
  const lines = Object.entries(headers).filter(([, value]) => value !== null);
  return [request, ...lines.map(([name, value]) => `${name}: ${value}`)];
}

const open = (changes?: Readonly<Record<string, string | null>>): Promise<RawWebSocket> =>
  RawWebSocket.open(Number(new URL(server.url).port), linesOf(changes));

describe("4.2 the opening handshake", () => {
  test.each([
    { row: "4.1 as it should be", changes: {}, status: 101 },
    { row: "4.2.1-3 Upgrade in any case", changes: { Upgrade: "WebSocket" }, status: 101 },
    {
      row: "4.2.1-4 Connection with more words",
      changes: { Connection: "keep-alive, Upgrade" },
      status: 101,
    },
    { row: "4.2.1-1 POST", changes: { request: HANDSHAKE.request.replace("GET", "POST") }, status: 400 },
    { row: "4.2.1-3 without Upgrade", changes: { Upgrade: null }, status: 400 },
    { row: "4.2.1-3 another Upgrade", changes: { Upgrade: "h2c" }, status: 400 },
    { row: "4.2.1-5 without a key", changes: { "Sec-WebSocket-Key": null }, status: 400 },
    { row: "4.2.1-6 version 8", changes: { "Sec-WebSocket-Version": "8" }, status: 426 },
    { row: "4.2.1-2 without Host", changes: { Host: null }, status: 400 },
  ])("[C2] $row: $status", async ({ changes, status }) => {
    const client = await open(changes);
    expect(client.status).toBe(status);
    client.destroy();
  });
});

const name: RawFrame = { opcode: TEXT, payload: '{"message":1}' };
/** What the room says to a frame that it has read and that is no name. */
const READ = "Say your name first.";

interface Row {
  readonly row: string;
  readonly send: readonly (RawFrame | Buffer)[];
  /** The text that answers it; or that the connection ends, with one of these codes or without a word. */
  readonly said?: string;
  readonly ends?: readonly (number | null)[];
  readonly pongs?: string;
  /** Sent when a second has passed in which the connection did not end. */
  readonly rest?: Buffer;
}

const part = (opcode: number, payload: string | Uint8Array, fin: boolean): RawFrame => ({
  opcode,
  payload,
  fin,
});
const reserved = (opcodes: readonly number[]): Row[] =>
  opcodes.map((opcode) => ({ row: `5.2 reserved opcode ${opcode}`, send: [{ opcode }], ends: [1002, null] }));
const codes = (list: readonly number[], ends: (code: number) => readonly (number | null)[]): Row[] =>
  list.map((code) => ({
    row: `7.4 close with ${code}`,
    send: [{ opcode: CLOSE, payload: closing(code) }],
    ends: ends(code),
  }));
const badText = (row: string, bytes: readonly number[]): Row => ({
  row: `8.1 ${row}`,
  send: [{ opcode: TEXT, payload: Uint8Array.from(bytes) }],
  // The runtime replaces what is no UTF-8, as RFC 6455 does not allow; the room then reads text that is no JSON.
  said: "Frames must be JSON objects.",
});

const ROWS: readonly Row[] = [
  // Four rows on which the runtime is more lenient than the RFC (docs/protocol.md has all); none of them reaches anybody else.
  { row: "5.1 not masked: read all the same", send: [{ ...name, isMasked: false }], said: READ },
  {
    row: "5.5 a ping of 126 bytes: answered all the same",
    send: [{ opcode: PING, payload: "p".repeat(126) }],
    pongs: "p".repeat(126),
  },
  {
    row: "5.5 a close of 126 bytes: answered all the same",
    send: [{ opcode: CLOSE, payload: closing(1000, "r".repeat(124)) }],
    ends: [1000],
  },
  {
    row: "5.5.1 a close of one byte: answered all the same",
    send: [{ opcode: CLOSE, payload: "x" }],
    ends: [1000],
  },
  ...[1, 2, 4, 7].map((bits) => ({
    row: `5.2 reserved bits ${bits}`,
    send: [{ ...name, reserved: bits }],
    ends: [1002, null],
  })),
  ...reserved([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]),
  { row: "5.2 a length in 7 bits", send: [name], said: READ },
  {
    row: "5.2 a length in 16 bits",
    send: [{ opcode: TEXT, payload: `{"message":"${"x".repeat(300)}"}` }],
    said: READ,
  },
  { row: "5.2 a length in 16 bits that needs 7", send: [{ ...name, lengthBits: 16 }], said: READ },
  { row: "5.2 a length in 64 bits that needs 7", send: [{ ...name, lengthBits: 64 }], said: READ },
  {
    row: "5.2 a length with the highest bit",
    send: [Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])],
    ends: [1002, 1009, null],
  },
  { row: "5.4 in two fragments", send: [part(TEXT, '{"mess', false), part(0, 'age":1}', true)], said: READ },
  {
    row: "5.4 in fragments of one byte",
    send: '{"message":1}'.split("").map((byte, i) => part(i === 0 ? TEXT : 0, byte, i === 12)),
    said: READ,
  },
  {
    row: "5.4 with empty fragments",
    send: [part(TEXT, "", false), part(0, '{"message":1}', false), part(0, "", true)],
    said: READ,
  },
  {
    row: "5.4 with a ping between",
    send: [part(TEXT, '{"mess', false), { opcode: PING, payload: "p" }, part(0, 'age":1}', true)],
    said: READ,
    pongs: "p",
  },
  { row: "5.4 a continuation of nothing", send: [part(0, "x", true)], ends: [1002, null] },
  { row: "5.4 a new frame in a fragment", send: [part(TEXT, "{", false), name], ends: [1002, null] },
  {
    row: "5.4 an endless message",
    send: [
      part(TEXT, "{", false),
      ...Array.from({ length: 33 }, () => part(0, Buffer.alloc(1_048_576, 32), false)),
    ],
    ends: [1009, null],
  },
  { row: "5.5 a ping in fragments", send: [part(PING, "p", false)], ends: [1002, null] },
  { row: "5.5 a close in fragments", send: [part(CLOSE, closing(1000), false)], ends: [1002, null] },
  { row: "5.5.1 a close without a code", send: [{ opcode: CLOSE }], ends: [1000, 1005] },
  {
    row: "5.5.1 a close with a reason",
    send: [{ opcode: CLOSE, payload: closing(1000, "bye") }],
    ends: [1000],
  },
  {
    row: "5.5.1 a close in a fragment",
    send: [part(TEXT, "{", false), { opcode: CLOSE, payload: closing(1000) }],
    ends: [1000],
  },
  {
    row: "5.5.1 what follows a close",
    send: [{ opcode: CLOSE, payload: closing(1000) }, name],
    ends: [1000],
  },
  { row: "5.5.2 a ping", send: [{ opcode: PING }, name], said: READ, pongs: "" },
  {
    row: "5.5.2 a ping of 125 bytes",
    send: [{ opcode: PING, payload: "p".repeat(125) }, name],
    said: READ,
    pongs: "p".repeat(125),
  },
  { row: "5.5.3 a pong that nobody asked for", send: [{ opcode: PONG, payload: "p" }, name], said: READ },
  { row: "5.6 binary", send: [{ opcode: BINARY, payload: "x" }], said: "Frames must be text." },
  { row: "5.6 empty text", send: [{ opcode: TEXT }], said: "Frames must be JSON objects." },
  ...codes([1000, 1001, 1003, 1007, 1011, 3000, 3999, 4000, 4999], () => [1000]),
  ...codes([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535], () => [1000, 1002, null]),
  {
    row: "7.1.6 a reason that is no UTF-8",
    send: [{ opcode: CLOSE, payload: closing(1000, Uint8Array.from([0xff])) }],
    ends: [1000, 1007, null],
  },
  badText("a byte that begins nothing", [0xff]),
  badText("an overlong slash", [0xc0, 0xaf]),
  badText("a surrogate", [0xed, 0xa0, 0x80]),
  badText("beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80]),
  badText("a character that is cut off", [0xe2, 0x82]),
  {
    row: "8.1 a character in two fragments",
    send: [
      part(TEXT, Buffer.from([0x7b, 0x22, 0xe2]), false),
      part(0, Buffer.from([0x82, 0xac, 0x22, 0x3a, 0x31, 0x2c, ...Buffer.from('"message":1}')]), true),
    ],
    said: READ,
  },
  { row: "10.4 over the room's bound", send: [{ opcode: TEXT, payload: "x".repeat(16_385) }], ends: [1009] },
  {
    row: "a head that is cut off, and its rest a second later",
    send: [Buffer.from([0x89])],
    rest: Buffer.from([0x84, 0, 0, 0, 0, ...Buffer.from("late")]),
    pongs: "late",
  },
  {
    row: "bytes that are no frame",
    send: [Buffer.from("GET / HTTP/1.1\r\n\r\n".repeat(9))],
    ends: [1002, null],
  },
];

test.each(ROWS)("[D11] [D13] $row", async ({ send, said, ends, pongs, rest }) => {
  // What waits for nothing cannot fail.
  expect(said ?? pongs ?? ends).toBeDefined();
  const client = await open();
  expect(client.status).toBe(101);
  const isOver = (): boolean => client.isEnded || client.closeCode !== null;
  client.send(...send);
  if (rest !== undefined) {
    expect(await client.until(isOver)).toBe(false);
    client.send(rest);
  }
  if (said !== undefined)
    expect(await client.until(() => client.texts().some((text) => text.includes(said)))).toBe(true);
  if (pongs !== undefined) {
    const isPong = (): boolean =>
      client.frames.some(({ opcode, payload }) => opcode === PONG && payload.toString() === pongs);
    expect(await client.until(isPong)).toBe(true);
  }
  if (ends === undefined) expect(isOver()).toBe(false);
  else {
    await client.until(isOver);
    expect({ ends: isOver(), code: client.closeCode }).toEqual({
      ends: true,
      code: expect.toSatisfy((code: number | null) => ends.includes(code)),
    });
  }
  client.destroy();
});

test("[D11] the room goes on as if nothing had been", async () => {
  neighbour.send({ message: "still here" });
  await neighbour.until(({ message }) => message === "still here", "its own words");
});

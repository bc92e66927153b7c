// What a server may do wrong, and some that it may do right, by RFC 6455's sections: what the host's client makes of each.
import { BINARY, CLOSE, closing, PING, PONG, TEXT } from "../../support/raw-websocket.ts";
import {
  answered,
  asks,
  badText,
  breaks,
  close,
  closes,
  codes,
  isNoText,
  isTooBig,
  lives,
  part,
  refused,
  text,
  wire,
  type Row,
} from "./rfc6455-row.ts";

const MEBIBYTE = 1_048_576;
const TWO = [part(TEXT, "one ", false), part(0, "two", true)] as const;
const EURO = Buffer.from("€");
const GRINNING = Buffer.from("😀");

const HANDSHAKE: readonly Row[] = [
  answered("as it should be", {}),
  answered("Upgrade and Connection in any case, with more words", {
    Upgrade: "WebSocket",
    Connection: "keep-alive, upgrade",
  }),
  answered("a status line without a reason", { status: "HTTP/1.1 101" }),
  answered("a subprotocol that was asked for", { "Sec-WebSocket-Protocol": "log" }, asks("chat, log")),
  answered("no subprotocol, though one was asked for", {}, asks("chat")),
  answered("the answer and all frames in single bytes", {}, { isSlow: true }),
  ...["200 OK", "301 Moved", "403 Forbidden", "426 Upgrade Required", "503 Busy", "1010 Switching"].map(
    (status) => refused(`status ${status}`, { status: `HTTP/1.1 ${status}` }),
  ),
  refused("HTTP/1.0", { status: "HTTP/1.0 101 Switching Protocols" }),
  refused("no HTTP", { status: "SSH-2.0-OpenSSH_9.2" }),
  refused("no Upgrade", { Upgrade: null }),
  refused("another Upgrade", { Upgrade: "h2c" }),
  refused("no Connection", { Connection: null }),
  refused("another Connection", { Connection: "keep-alive" }),
  refused("no Sec-WebSocket-Accept", { "Sec-WebSocket-Accept": null }),
  refused("the Sec-WebSocket-Accept of another key", {
    "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
  }),
  refused("an extension that was not asked for", { "Sec-WebSocket-Extensions": "permessage-deflate" }),
  refused("a subprotocol that was not asked for", { "Sec-WebSocket-Protocol": "chat" }),
  refused("another subprotocol than was asked for", { "Sec-WebSocket-Protocol": "other" }, asks("chat, log")),
  refused("a head of over 64 KiB", { "X-Long": "x".repeat(70_000) }),
];

const FRAMES: readonly Row[] = [
  breaks("5.1 a masked text", [{ ...text("masked"), isMasked: true }]),
  breaks("5.1 a masked ping", [{ opcode: PING, isMasked: true }]),
  breaks("5.1 a masked close", [{ ...close(1000), isMasked: true }]),
  ...[1, 2, 4, 7].map((bits) => breaks(`5.2 reserved bits ${bits}`, [{ ...text("x"), reserved: bits }])),
  breaks("5.2 a reserved bit of a ping", [{ opcode: PING, reserved: 4 }]),
  breaks("5.2 a reserved bit of a continuation", [part(TEXT, "x", false), { opcode: 0, reserved: 4 }]),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) =>
    breaks(`5.2 reserved opcode ${opcode}`, [{ opcode }]),
  ),
  lives(
    "5.2 lengths about the bounds of their 7, 16 and 64 bits",
    [0, 125, 126, 65_535, 65_536].map((length) => text("x".repeat(length))),
    ["text", "text of 125", "text of 126", "text of 65535", "text of 65536"],
  ),
  // Only a sender has to take the shortest one.
  lives("5.2 a length in 16 bits that needs 7", [{ ...text("x"), lengthBits: 16 }], ["text x"]),
  lives("5.2 a length in 64 bits that needs 7", [{ ...text("x"), lengthBits: 64 }], ["text x"]),
  breaks("5.2 a length with the highest bit", [Buffer.from([0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 1])]),
  isTooBig("10.4 a length of 2^63 - 1", [Buffer.from([0x82, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255])]),
  isTooBig("10.4 a length of 32 MiB and a byte", [Buffer.from([0x81, 127, 0, 0, 0, 0, 2, 0, 0, 1])]),
  lives("10.4 a message of 32 MiB", [text("x".repeat(32 * MEBIBYTE))], ["text of 33554432"]),
  isTooBig("10.4 fragments of 32 MiB, and a byte", [
    part(TEXT, "", false),
    ...Array.from({ length: 32 }, () => part(0, Buffer.alloc(MEBIBYTE, "x"), false)),
    part(0, "x", true),
  ]),
  lives("5.4 in two fragments", TWO, ["text one two"]),
  lives(
    "5.4 in fragments of one byte",
    [...Buffer.from("€ and 😀")].map((byte, i, all) =>
      part(i === 0 ? TEXT : 0, Uint8Array.of(byte), i === all.length - 1),
    ),
    ["text € and 😀"],
  ),
  lives(
    "5.4 with empty fragments",
    [part(TEXT, "", false), part(0, "x", false), part(0, "", true)],
    ["text x"],
  ),
  lives("5.4 binary in fragments", [part(BINARY, "\u0001", false), part(0, "\u0002", true)], ["binary 1,2"]),
  lives(
    "5.4 two fragmented messages, and a whole one",
    [...TWO, ...TWO, text("x")],
    ["text one two", "text one two", "text x"],
  ),
  lives(
    "5.4 with a ping and a pong between",
    [TWO[0], { opcode: PING, payload: "now" }, { opcode: PONG }, TWO[1]],
    ["ping", "pong", "text one two"],
    { said: ["pong now"] },
  ),
  breaks("5.4 a continuation of nothing", [part(0, "x", true)]),
  breaks("5.4 a continuation after the last fragment", [...TWO, part(0, "x", true)], ["text one two"]),
  breaks("5.4 a text in a fragment", [TWO[0], text("x")]),
  breaks("5.4 a fragment of a text in a fragment", [TWO[0], TWO[0]]),
  breaks("5.4 binary in a fragment", [TWO[0], { opcode: BINARY }]),
  // Their heads only: none may be waited for.
  breaks("5.5 a ping of 126 bytes", [Buffer.from([0x89, 126, 0, 126])]),
  breaks("5.5 a pong of 126 bytes", [Buffer.from([0x8a, 126, 0, 126])]),
  breaks("5.5 a close of 126 bytes", [Buffer.from([0x88, 126, 0, 126])]),
  breaks("5.5 a ping with a length in 64 bits", [Buffer.from([0x89, 127, 0, 0, 0, 0, 1, 0, 0, 0])]),
  breaks("5.5 a ping in fragments", [part(PING, "p", false)]),
  breaks("5.5 a pong in fragments", [part(PONG, "p", false)]),
  breaks("5.5 a close in fragments", [part(CLOSE, closing(1000), false)]),
  lives(
    "5.5.2 pings",
    [
      { opcode: PING },
      { opcode: PING, payload: Buffer.of(255, 0) },
      { opcode: PING, payload: "p".repeat(125) },
    ],
    ["ping", "ping", "ping"],
    { said: ["pong", "pong \u00ff\u0000", `pong ${"p".repeat(125)}`] },
  ),
  lives("5.5.3 a pong that nobody asked for", [{ opcode: PONG, payload: "p" }], ["pong"]),
  lives(
    "5.6 binary with any bytes",
    [{ opcode: BINARY, payload: Buffer.of(0, 255, 0xed) }],
    ["binary 0,255,237"],
  ),
  lives("5.6 empty text and binary", [text(""), { opcode: BINARY }], ["text", "binary"]),
];

const CLOSES: readonly Row[] = [
  closes("5.5.1 a close without a code", { opcode: CLOSE }, "close", [
    "error websocket: close 1005 (no status)",
    "close 1005",
  ]),
  breaks("5.5.1 a close of one byte", [{ opcode: CLOSE, payload: "x" }]),
  closes("5.5 a close of 125 bytes", close(1001, "r".repeat(123)), "close 1001", [
    `close 1001 ${"r".repeat(123)}`,
  ]),
  closes("5.5.1 a close with a reason", close(4008, "slow"), "close 4008", [
    "error websocket: close 4008: slow",
    "close 4008 slow",
  ]),
  {
    ...closes("5.5.1 a close in a fragment", close(1000), "close 1000", ["close 1000"]),
    send: wire([TWO[0], close(1000), TWO[1]]),
  },
  ...[
    {
      row: "a close that is answered",
      send: [text("late"), close(3001)],
      told: ["error websocket: close 3001", "close 3001"],
    },
    { row: "a close that is answered by another code", send: [close(1000, "bye")], told: ["close 1000 bye"] },
    { row: "a close that is answered by no frame", send: [Buffer.from([0x83, 0])], told: ["close 3001"] },
  ].map(({ row, send, told }): Row => ({
    row: `7.1.2 ${row}`,
    closes: [3001, "enough"],
    isSecond: true,
    send: wire(send),
    told: ["open", ...told],
    said: ["close 3001 enough"],
  })),
  ...codes([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]),
  ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map((code) =>
    breaks(`7.4 close with ${code}`, [close(code)]),
  ),
  isNoText("7.1.6 a reason that is no UTF-8", [close(1000, Buffer.of(0xff))]),
  isNoText("7.1.6 a reason whose last character is cut off", [close(1000, EURO.subarray(0, 2))]),
  ...[
    { row: "no close", send: [text("x")], told: ["text x"] },
    { row: "no close, in a frame", send: [Buffer.from([0x81, 5, 0x68])], told: [] },
    { row: "no close, in a fragment", send: [TWO[0]], told: [] },
  ].map(({ row, send, told }): Row => ({
    row: `7.1.5 TCP ends: ${row}`,
    send: wire(send),
    ends: "end",
    told: [
      "open",
      ...told,
      "error websocket: close 1006 (abnormal closure): unexpected EOF",
      "close 1006 unexpected EOF",
    ],
    said: [],
  })),
  {
    row: "7.1.5 TCP is reset",
    send: wire([text("x")]),
    ends: "reset",
    told: ["open", "text x", "close"],
    said: [],
  },
];

const TEXTS: readonly Row[] = [
  lives(
    "8.1 what is UTF-8: U+FFFD itself, U+FFFF, U+10FFFF, a byte order mark, NUL",
    ["\ufffd", "\uffff", "\u{10ffff}", "\ufeffx", "\u0000", "\ufffd".repeat(99)].map(text),
    [
      "text \ufffd",
      "text \uffff",
      "text \u{10ffff}",
      "text \ufeffx",
      "text \u0000",
      `text ${"\ufffd".repeat(99)}`,
    ],
  ),
  lives(
    "8.1 a character in two fragments, with a ping between",
    [part(TEXT, EURO.subarray(0, 1), false), { opcode: PING }, part(0, EURO.subarray(1), true)],
    ["ping", "text €"],
    { said: ["pong"] },
  ),
  isNoText("8.1 a character in two messages", [text(EURO.subarray(0, 1)), text(EURO.subarray(1))]),
  isNoText("8.1 a character that is cut off in the last fragment", [
    part(TEXT, "x", false),
    part(0, GRINNING.subarray(0, 3), true),
  ]),
  ...badText("a byte that begins nothing", [0xff]),
  ...badText("a byte that continues nothing", [0x80]),
  ...badText("an overlong slash", [0xc0, 0xaf]),
  ...badText("a surrogate", [0xed, 0xa0, 0x80]),
  ...badText("beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80]),
  ...badText("a character that is cut off", [0xe2, 0x82]),
];

export const ROWS: readonly Row[] = [...HANDSHAKE, ...FRAMES, ...CLOSES, ...TEXTS];

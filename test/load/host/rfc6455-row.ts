// How a row of RFC 6455 is written for the host's client: what the server does, what the script is told, what the client says.
import { expect } from "vitest";
import type { Conversation } from "../../support/raw-server.ts";
import { bytesOf, CLOSE, closing, PING, type RawFrame, TEXT } from "../../support/raw-websocket.ts";

export interface Row extends Conversation {
  readonly row: string;
  /** Headers that the script adds to its request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** With these words the script closes as soon as it is open. */
  readonly closes?: readonly [code: number, reason: string];
  /** The script's events, in words. */
  readonly told: readonly string[];
  /** The client's frames, in words. */
  readonly said: readonly unknown[];
}

type Part = RawFrame | Buffer;
export const wire = (parts: readonly Part[]): Buffer =>
  Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : bytesOf({ isMasked: false, ...part }))));
export const part = (opcode: number, payload: string | Uint8Array, fin: boolean): RawFrame => ({
  opcode,
  payload,
  fin,
});
export const text = (payload: string | Uint8Array): RawFrame => ({ opcode: TEXT, payload });
export const close = (code: number, reason: string | Uint8Array = ""): RawFrame => ({
  opcode: CLOSE,
  payload: closing(code, reason),
});

/** The connection lives: what comes is told, and the server's close is answered. */
export const lives = (
  row: string,
  send: readonly Part[],
  told: readonly string[],
  more: Partial<Row> = {},
): Row => ({
  row,
  send: wire([...send, close(1000)]),
  ...more,
  told: ["open", ...told, "close 1000"],
  said: [...(more.said ?? []), "close 1000"],
});

/** The client fails the connection with this code, says why, and reads no further; the script's close event has no code (K22). */
const fails =
  (code: number) =>
  (row: string, send: readonly Part[], told: readonly string[] = []): Row => ({
    row,
    send: wire([...send, text("after"), { opcode: PING }, close(1000)]),
    told: ["open", ...told, "close"],
    said: [expect.stringMatching(`^close ${code} .`)],
  });
export const [breaks, isNoText, isTooBig] = [fails(1002), fails(1007), fails(1009)] as const;

/** The server closes: the close is answered, what follows is not read, and all but 1000 and 1001 is an error as well (K22). */
export const closes = (row: string, frame: RawFrame, said: string, told: readonly string[]): Row => ({
  row,
  send: wire([frame, text("after"), { opcode: PING }]),
  told: ["open", ...told],
  said: [said],
});
/** As Go's library words the codes that it knows. */
const WORDS: Readonly<Record<number, string>> = {
  1002: " (protocol error)",
  1003: " (unsupported data)",
  1007: " (invalid payload data)",
  1008: " (policy violation)",
  1009: " (message too big)",
  1010: " (mandatory extension missing)",
  1011: " (internal server error)",
};
export const codes = (list: readonly number[]): Row[] =>
  list.map((code) => {
    const error = code < 1002 ? [] : [`error websocket: close ${code}${WORDS[code] ?? ""}: why`];
    return closes(`7.4 close with ${code}`, close(code, "why"), `close ${code}`, [
      ...error,
      `close ${code} why`,
    ]);
  });

export const answered = (row: string, answer: Conversation["answer"], more: Partial<Row> = {}): Row =>
  lives(`4.1 ${row}`, [text("hello")], ["text hello"], { answer: answer ?? {}, ...more });
/** No WebSocket: the connection ends without a frame. */
export const refused = (row: string, answer: Conversation["answer"], more: Partial<Row> = {}): Row => ({
  row: `4.1 ${row}`,
  send: wire([text("after"), close(1000)]),
  answer: answer ?? {},
  ...more,
  told: ["error websocket: bad handshake", "close"],
  said: [],
});
export const asks = (protocols: string): Partial<Row> => ({
  headers: { "Sec-WebSocket-Protocol": protocols },
});

/** Bytes of a text that are no UTF-8: alone, within a long text, and in its last fragment. */
export const badText = (what: string, bytes: readonly number[]): Row[] => {
  const bad = Buffer.from(bytes);
  const long = "long ".repeat(40);
  return [
    isNoText(`8.1 ${what}`, [text(bad)]),
    isNoText(
      `8.1 ${what}, in a long text`,
      [text(long), text(Buffer.from(`${long}${bad.toString("latin1")}`, "latin1"))],
      ["text of 200"],
    ),
    isNoText(`8.1 ${what}, in a fragment`, [part(TEXT, "good", false), part(0, bad, true)]),
  ];
};

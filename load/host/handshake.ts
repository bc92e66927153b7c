// The opening handshake's answer, by RFC 6455, section 4.1.
import { createHash } from "node:crypto";

/** [K19] k6's, and fixed: a script that wants less arms a timer of its own. */
export const HANDSHAKE_MS = 60_000;

const ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The status of an answer; 0 where it has none. */
export const statusOf = (head: string): number => Number(/^HTTP\/1\.1 (\d{3})(?!\d)/.exec(head)?.[1] ?? 0);

/** Whether an answer of status 101 is the one to this key. It may choose among the subprotocols asked for; no extension is. */
export function isAccepted(head: string, key: string, protocols: string): boolean {
  const headers = headersOf(head);
  const of = (name: string): string => headers.get(name) ?? "";
  const protocol = of("sec-websocket-protocol");
  return (
    of("upgrade").toLowerCase() === "websocket" &&
    listOf(of("connection").toLowerCase()).includes("upgrade") &&
    of("sec-websocket-accept") === createHash("sha1").update(`${key}${ACCEPT_SUFFIX}`).digest("base64") &&
    of("sec-websocket-extensions") === "" &&
    (protocol === "" || listOf(protocols).includes(protocol))
  );
}

const listOf = (value: string): string[] => value.split(",").map((word) => word.trim());

/** By names in lower case; a header that comes twice is a list. */
function headersOf(head: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of head.split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

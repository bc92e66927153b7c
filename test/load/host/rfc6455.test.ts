// The host's WebSocket client against a server that keeps to nothing, row by row in the numbering of RFC 6455's sections: what the
// script is told, as k6 would tell it, and what the client says to the server.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Heard, RawServer } from "../../support/raw-server.ts";
import { runHost } from "../../support/host-run.ts";
import { CLOSE, PING, PONG, TEXT } from "../../support/raw-websocket.ts";
import { ROWS } from "./rfc6455-rows.ts";

/** The script: a connection a row, all at once; when all are closed, it asks which the server still has. */
const script = (url: string): string => `
  import { WebSocket } from "k6/websockets";
  export const options = {
    scenarios: { rows: { executor: "per-vu-iterations", vus: 1, iterations: 1, maxDuration: "8s", gracefulStop: "0s" } },
  };
  const rows = ${JSON.stringify(ROWS.map(({ headers = {}, closes = null }) => ({ headers, closes })))};
  let left = rows.length;
  const inWords = (data) =>
    typeof data !== "string" ? ["binary", new Uint8Array(data).join()]
    : data.length < 100 ? ["text", data] : ["text of", data.length];
  export default function () {
    rows.forEach(({ headers, closes }, at) => {
      const told = [];
      // Also what comes after the close, where nothing may.
      const tell = (...words) => {
        told.push(words.filter((word) => word !== undefined && word !== "").join(" "));
        if (socket.readyState === 3) say({ at, told });
      };
      const socket = new WebSocket("${url}/" + at, null, { headers });
      socket.binaryType = "arraybuffer";
      socket.onopen = () => { tell("open"); if (closes !== null) socket.close(...closes); };
      socket.onmessage = ({ data }) => tell(...inWords(data));
      socket.onping = () => tell("ping");
      socket.onpong = () => tell("pong");
      socket.onerror = ({ error }) => tell("error", error);
      socket.onclose = ({ code, reason }) => {
        tell("close", code, reason);
        left -= 1;
        if (left === 0) setTimeout(askWhichAreOpen, 200);
      };
    });
  }
  function askWhichAreOpen() {
    const last = new WebSocket("${url}/" + rows.length);
    last.onmessage = ({ data }) => say({ open: JSON.parse(data) });
  }`;

const OPCODES: Readonly<Record<number, string>> = {
  [TEXT]: "text",
  [CLOSE]: "close",
  [PING]: "ping",
  [PONG]: "pong",
};
function inWords({ opcode, payload, isMasked }: Heard["frames"][number]): string {
  const isClose = opcode === CLOSE && payload.length > 1;
  const words = isClose
    ? [`${payload.readUInt16BE()}`, payload.toString("utf8", 2)]
    : [payload.toString("latin1")];
  const name = OPCODES[opcode] ?? `opcode ${opcode}`;
  return [isMasked ? name : `${name}, not masked`, ...words].filter((word) => word !== "").join(" ");
}

interface Said {
  readonly at?: number;
  readonly told?: readonly string[];
  readonly open?: readonly number[];
}

let server: RawServer;
let said: readonly Said[];

beforeAll(async () => {
  server = await RawServer.start(ROWS);
  const run = await runHost(script(server.url));
  said = run.said as readonly Said[];
});
afterAll(() => server.stop());

describe(`${ROWS.length} rows`, () => {
  test.each(ROWS.map((row, at) => ({ ...row, at })))("[K22] $row", ({ at, ...row }) => {
    expect({
      told: said.findLast((each) => each.at === at)?.told,
      said: server.heard[at]?.frames.map(inWords),
    }).toEqual({ told: row.told, said: row.said });
  });

  test("[K22] 7.1.1 of none of these the TCP connection is left open", () => {
    expect(said.at(-1)).toEqual({ open: [] });
  });
});

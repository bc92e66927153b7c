// The live page's server: on this machine only, one page and a stream of what it shows. Knows nothing of runs.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { livePage } from "./report-live.ts";

export interface LivePage {
  readonly url: string;
  /** Shows this in the page's main part, now and to who comes later. */
  show(html: string): void;
  /** Shows the last of it, and ends when all who look have it. */
  finish(html: string): Promise<void>;
}

/** How long who looks may take to read the end. */
const FINISH_MS = 1_000;

/** Opens it on a free port of 127.0.0.1. */
export async function openLivePage(title: string): Promise<LivePage> {
  const streams = new Set<ServerResponse>();
  let newest = "";
  const server = createServer((request, response) => {
    if (!isOurs(request, port())) return void response.writeHead(403).end();
    if (request.method !== "GET") return void response.writeHead(405).end();
    if (request.url === "/") return sendPage(title, response);
    if (request.url !== "/events") return void response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write("retry: 1000\n\n");
    if (newest !== "") response.write(newest);
    streams.add(response);
    response.on("close", () => streams.delete(response));
  });
  const port = (): number => (server.address() as AddressInfo).port;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // Who looks keeps no run from its end.
  server.unref();
  server.on("connection", (socket) => socket.unref());
  const tell = (name: "view" | "result", html: string): void => {
    newest = `event: ${name}\ndata: ${JSON.stringify(html)}\n\n`;
    for (const stream of streams) stream.write(newest);
  };
  return {
    url: `http://127.0.0.1:${port()}`,
    show: (html) => tell("view", html),
    finish: async (html) => {
      tell("result", html);
      const ended = [...streams].map((stream) => new Promise((done) => void stream.end(() => done(null))));
      const timer = new Promise((done) => void setTimeout(done, FINISH_MS));
      if (ended.length > 0) await Promise.race([Promise.all(ended), timer]);
      server.close();
    },
  };
}

/** A page of elsewhere can make a browser ask here under a name of its own: who asks by another name gets nothing. */
function isOurs({ headers }: IncomingMessage, port: number): boolean {
  return headers.host === `127.0.0.1:${port}` || headers.host === `localhost:${port}`;
}

function sendPage(title: string, response: ServerResponse): void {
  const nonce = randomBytes(16).toString("base64");
  response.writeHead(200, {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  });
  response.end(livePage(title, nonce));
}

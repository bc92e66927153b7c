// The servers to load that are not Edge Chat: they listen on loopback only, and end with their process.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { Failure } from "../../tools/command.ts";
import { encodeClassicMessage, encodeJoined, encodeQuit, encodeReady } from "../../src/protocol/codec.ts";
import { closePayload, FrameReader, OPCODE, serverFrame } from "../host/frames.ts";
import { type FaultRates, FAULTLESS, Turns } from "./faults.ts";
import { NullRooms } from "./null-room.ts";

export interface Target {
  /** http://127.0.0.1:port */
  readonly url: string;
  /** The process whose CPU and memory are the target's. */
  readonly pid: number;
  stop(): Promise<void>;
  /** Ends it as a crash does, and starts it again at the same address. */
  down(): Promise<void>;
  up(): Promise<void>;
}

const roomOf = (request: IncomingMessage): string =>
  /^\/api\/room\/([^/?]+)\/websocket/.exec(request.url ?? "")?.[1] ?? "";

const MUTE_MS = 8_000;

export interface NullOptions {
  readonly port: number;
  readonly faults?: FaultRates;
  /** How long messages are gathered before they go out; 0 is a turn of the event loop. */
  readonly windowMs?: number;
}

/** See null-room.ts. Writes to the bare socket: a WebSocket library would be most of its cost. */
export function startNull({ port, ...options }: NullOptions): Promise<Target> {
  const rooms = new NullRooms(options);
  const handshakes = new Turns(options.faults ?? FAULTLESS);
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on("upgrade", (request, socket) => {
    socket.on("error", () => {});
    if (handshakes.isTurn("mute")) {
      // Longer than anybody waits for it, and no longer than a test may take.
      setTimeout(() => socket.destroy(), MUTE_MS);
      return;
    }
    if (handshakes.isTurn("forbid")) {
      socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    acceptUpgrade(request, socket);
    const room = rooms.named(roomOf(request));
    const write = (bytes: Uint8Array): void => void socket.write(bytes);
    const line = { write, end: (): void => void socket.end() };
    const reader = new FrameReader(
      {
        text: (text) => room.receive(text, line),
        binary: () => {},
        ping: (data) => write(serverFrame(OPCODE.pong, data)),
        pong: () => {},
        closing: (code) => {
          room.leave(line);
          socket.end(serverFrame(OPCODE.close, closePayload(code, "")));
        },
        broken: () => socket.destroy(),
      },
      "client",
    );
    socket.on("data", (bytes: Buffer) => reader.read(bytes));
    socket.on("close", () => room.leave(line));
  });
  return listen(server, port);
}

function acceptUpgrade(request: IncomingMessage, socket: Duplex): void {
  const key = `${request.headers["sec-websocket-key"] ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash("sha1").update(key).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
}

/** The base line of everyday Node: the `ws` package, a classic room that sends each message to each member. */
export function startNodeWs({ port }: { readonly port: number }): Promise<Target> {
  const rooms = new Map<string, { readonly members: Map<WebSocketLike, string>; last: number }>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on("connection", (socket, request) => {
    const name = roomOf(request);
    const room = rooms.get(name) ?? { members: new Map<WebSocketLike, string>(), last: 0 };
    rooms.set(name, room);
    const { members } = room;
    const toAll = (text: string): void => members.forEach((_name, member) => member.send(text));
    socket.on("message", (data: Buffer) => {
      const fields = JSON.parse(data.toString()) as { readonly name?: string; readonly message?: string };
      const member = members.get(socket);
      if (member === undefined) {
        for (const other of members.values()) socket.send(encodeJoined(other));
        members.set(socket, fields.name ?? "anonymous");
        toAll(encodeJoined(fields.name ?? "anonymous"));
        socket.send(encodeReady());
      } else {
        room.last = Math.max(Date.now(), room.last + 1);
        const said = { seq: 0, name: member, message: fields.message ?? "", timestamp: room.last };
        toAll(encodeClassicMessage({ ...said, author: "", client: "", counter: 0 }));
      }
    });
    socket.on("close", () => {
      const member = members.get(socket);
      members.delete(socket);
      if (member !== undefined) toAll(encodeQuit(member));
    });
  });
  return listen(server, port);
}

interface WebSocketLike {
  send(text: string): void;
}

export function listen(server: Server, port: number): Promise<Target> {
  const open = new Set<Duplex>();
  server.on("connection", (socket) => {
    socket.setNoDelay(true);
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.once("error", ({ code }: NodeJS.ErrnoException) => {
      const why = `Port ${port} is not to be had (${code})`;
      reject(new Failure(`${why}; take another one with --port, or any with --port 0.`));
    });
    server.listen(port, "127.0.0.1", () => {
      const { port: chosen } = server.address() as AddressInfo;
      const stop = async (): Promise<void> => {
        for (const socket of open) socket.destroy();
        await new Promise((done) => {
          server.close(done);
        });
      };
      // What a room of this process has in memory goes with its members' sockets.
      const up = (): Promise<void> => new Promise((done) => void server.listen(chosen, "127.0.0.1", done));
      resolve({ url: `http://127.0.0.1:${chosen}`, pid: process.pid, stop, down: stop, up });
    });
  });
}

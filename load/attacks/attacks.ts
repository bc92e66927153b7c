// What somebody may do to a room that others talk in, one attack a row. Loopback only, and bounded: each has its pace and ends with
// its time.
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import { DELIVERY_PROTOCOL, PING } from "../../src/protocol/limits.ts";

/** What an attack cost who did it, and what it was told. */
export interface Spent {
  connections: number;
  frames: number;
  /** Frames that say no. */
  refusals: number;
  /** Of the one socket that was told no most often. */
  mostRefusals: number;
  /** All other frames: what members are told, and pongs. */
  heard: number;
}

export interface Orders {
  readonly attack: string;
  readonly url: string;
  /** Where the honest people are. */
  readonly room: string;
  readonly ms: number;
}

interface Attacker {
  readonly spent: Spent;
  readonly orders: Orders;
  readonly until: number;
  open(room: string, address: string, onOpen: (socket: WebSocket) => void): WebSocket;
  send(socket: WebSocket, frame: string): void;
}

/** One attack, a row of the table. */
interface Attack {
  readonly run: (attacker: Attacker) => Promise<void>;
  /** It lasts so long at the least, where what it is about comes late. */
  readonly leastMs?: number;
  /** Vars that its server has otherwise. */
  readonly vars?: Readonly<Record<string, string>>;
}

const ADDRESS = "10.66.0.1";
/** Of ten addresses in turn. */
const oneOfTen = (i: number): string => `10.66.1.${i % 10}`;
const hello = (key: number): string =>
  JSON.stringify({
    name: "eve",
    protocol: DELIVERY_PROTOCOL,
    key: `a-key-of-eve-${key}-----`,
    client: "tab",
  });

const sayName = (): string => '{"name":"eve"}';

/** Calls every so many ms, until the attack's time is over. */
async function every(attacker: Attacker, ms: number, act: (i: number) => void): Promise<void> {
  const began = performance.now();
  for (let i = 0; performance.now() < attacker.until; i++) {
    act(i);
    const wait = began + (i + 1) * ms - performance.now();
    if (wait > 0) await pause(wait);
  }
}

/** Sockets that come back whenever they are closed, and say `frame` so many times a second, all together. */
async function flood(
  attacker: Attacker,
  sockets: number,
  perSecond: number,
  first: ((i: number) => string) | null,
  frame: (i: number) => string,
  roomOf = (_i: number): string => attacker.orders.room,
): Promise<void> {
  const hands: (WebSocket | null)[] = Array.from({ length: sockets }, () => null);
  const batch = Math.ceil(perSecond / 100);
  await every(attacker, 10, (tick) => {
    for (let k = 0; k < batch; k++) {
      const i = (tick * batch + k) % sockets;
      const hand = hands[i];
      if (hand === null || hand === undefined || hand.readyState >= WebSocket.CLOSING) {
        hands[i] = attacker.open(roomOf(i), ADDRESS, (socket) => {
          if (first !== null) attacker.send(socket, first(i));
        });
      } else if (hand.readyState === WebSocket.OPEN) attacker.send(hand, frame(tick * batch + k));
    }
  });
}

/** A connection that joins and is closed at once, 200 times a second. */
const visits = (attacker: Attacker, roomOf: (i: number) => string): Promise<void> =>
  every(attacker, 5, (i) => {
    attacker.open(roomOf(i), ADDRESS, (socket) => {
      attacker.send(socket, hello(i));
      setTimeout(() => socket.close(), 50);
    });
  });

/** A connection that begins a handshake, goes on with a byte a second, and never comes to its end. */
function slowHandshake({ spent, orders, until }: Attacker): void {
  spent.connections += 1;
  const { hostname, port } = new URL(orders.url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  socket.write(`GET /api/room/${orders.room}/websocket HTTP/1.1\r\nHost: x\r\nX-A: `);
  const timer = setInterval(() => socket.write("a"), 1_000);
  const end = (): void => {
    clearInterval(timer);
    socket.destroy();
  };
  setTimeout(end, Math.max(0, until - performance.now()));
}

export const ATTACKS: Readonly<Record<string, Attack>> = {
  "no attack: what differs here is chance": { run: ({ orders }) => pause(orders.ms) },
  "45 sockets of one address, 5,000 messages a second over the limit": {
    run: (attacker) => flood(attacker, 45, 5_000, sayName, () => '{"message":"flood"}'),
  },
  "45 sockets that say no name and 5,000 bad frames a second": {
    run: (attacker) => flood(attacker, 45, 5_000, null, () => '{"message":1}'),
  },
  "join flood: 200 joins a second of one address into the room": {
    run: (attacker) => visits(attacker, () => attacker.orders.room),
  },
  "room flood: 200 new names a second, and a join into each": {
    run: (attacker) => visits(attacker, (i) => `flood-${i}`),
  },
  "500 silent sockets of ten addresses, none of which joins, until all are closed": {
    // Opened in 2.5 s, closed after 30 s, a third of that late at the most.
    leastMs: 44_000,
    run: (attacker) =>
      every(attacker, 5, (i) => {
        if (i < 500) attacker.open(attacker.orders.room, oneOfTen(i), () => {});
      }),
  },
  "history: 20 members that ask for 2,000 pages a second": {
    run: (attacker) => flood(attacker, 20, 2_000, hello, () => '{"history":{"before":1000000}}'),
  },
  "one identity in 20 rooms, 2,000 messages a second": {
    run: (attacker) =>
      flood(
        attacker,
        20,
        2_000,
        sayName,
        () => '{"message":"flood"}',
        (i) => `other-${i}`,
      ),
  },
  "big frames: 50 a second of 1 MiB": {
    run: (attacker) => {
      const big = "x".repeat(1_048_576);
      return flood(attacker, 5, 50, null, () => big);
    },
  },
  "ping flood: 5,000 a second on ten sockets": {
    run: (attacker) => flood(attacker, 10, 5_000, null, () => PING),
  },
  "slow handshakes: 100 connections a second that go on with a byte a second": {
    run: (attacker) => every(attacker, 10, () => slowHandshake(attacker)),
  },
  "half-open crowd: 450 members that neither read nor answer, until SILENCE_MS (here 30000) closes them": {
    // In five minutes, which are the default, nothing else would happen.
    vars: { SILENCE_MS: "30000" },
    leastMs: 40_000,
    run: (attacker) =>
      every(attacker, 5, (i) => {
        if (i >= 450) return;
        attacker.open(attacker.orders.room, oneOfTen(i), (socket) => {
          attacker.send(socket, hello(i));
          socket.pause();
        });
      }),
  },
};

/** A frame of a room that says no begins so (src/protocol/codec.ts): to parse all of them would take the honest people's core. */
const isRefusal = (frame: Buffer): boolean =>
  /^\{"(?:error|refused)":/.test(frame.subarray(0, 11).toString("latin1"));

export async function attack(orders: Orders): Promise<Spent> {
  const spent: Spent = { connections: 0, frames: 0, refusals: 0, mostRefusals: 0, heard: 0 };
  const sockets = new Set<WebSocket>();
  const attacker: Attacker = {
    spent,
    orders,
    until: performance.now() + orders.ms,
    open(room, address, onOpen) {
      spent.connections += 1;
      const url = `${orders.url.replace("http", "ws")}/api/room/${room}/websocket`;
      const socket = new WebSocket(url, {
        headers: { "CF-Connecting-IP": address },
        perMessageDeflate: false,
      });
      sockets.add(socket);
      socket.on("open", () => onOpen(socket));
      let refusals = 0;
      socket.on("message", (frame: Buffer) => {
        if (!isRefusal(frame)) {
          spent.heard += 1;
          return;
        }
        refusals += 1;
        spent.refusals += 1;
        spent.mostRefusals = Math.max(spent.mostRefusals, refusals);
      });
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
      return socket;
    },
    send(socket, frame) {
      if (socket.readyState !== WebSocket.OPEN) return;
      spent.frames += 1;
      socket.send(frame);
    },
  };
  await ATTACKS[orders.attack]?.run(attacker);
  for (const socket of sockets) socket.terminate();
  return spent;
}

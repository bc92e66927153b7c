// What somebody may do to a room that others talk in, one attack a row. Loopback only, and bounded: each has its pace and ends with
// its time.
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import { DELIVERY_PROTOCOL } from "../../src/protocol/limits.ts";

/** What an attack cost who did it. */
export interface Spent {
  connections: number;
  frames: number;
  answers: number;
  /** Closed by the room. */
  closed: number;
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

const ADDRESS = "10.66.0.1";
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

export const ATTACKS: Readonly<Record<string, (attacker: Attacker) => Promise<void>>> = {
  "no attack: what differs here is chance": ({ orders }) => pause(orders.ms),
  "45 sockets of one address, 5,000 messages a second over the limit": (attacker) =>
    flood(attacker, 45, 5_000, sayName, () => '{"message":"flood"}'),
  "45 sockets that say no name and 5,000 bad frames a second": (attacker) =>
    flood(attacker, 45, 5_000, null, () => '{"message":1}'),
  "join flood: 200 joins a second of one address into the room": (attacker) =>
    every(attacker, 5, (i) => {
      attacker.open(attacker.orders.room, ADDRESS, (socket) => {
        attacker.send(socket, hello(i));
        setTimeout(() => socket.close(), 50);
      });
    }),
  "room flood: 200 new names a second, and a join into each": (attacker) =>
    every(attacker, 5, (i) => {
      attacker.open(`flood-${i}`, ADDRESS, (socket) => {
        attacker.send(socket, hello(i));
        setTimeout(() => socket.close(), 50);
      });
    }),
  "500 silent sockets of ten addresses, none of which joins": (attacker) =>
    every(attacker, 20, (i) => {
      if (i < 500) attacker.open(attacker.orders.room, `10.66.1.${i % 10}`, () => {});
    }),
  "history: 20 members that ask for 2,000 pages a second": (attacker) =>
    flood(attacker, 20, 2_000, hello, () => '{"history":{"before":1000000}}'),
  "one identity in 20 rooms, 2,000 messages a second": (attacker) =>
    flood(
      attacker,
      20,
      2_000,
      sayName,
      () => '{"message":"flood"}',
      (i) => `other-${i}`,
    ),
  "big frames: 50 a second of 1 MiB": (attacker) => {
    const big = "x".repeat(1_048_576);
    return flood(attacker, 5, 50, null, () => big);
  },
  "ping flood: 5,000 a second on ten sockets": (attacker) => flood(attacker, 10, 5_000, null, () => "ping"),
  "half-open: 100 connections a second that begin a handshake and go on with a byte a second": (attacker) =>
    every(attacker, 10, () => {
      attacker.spent.connections += 1;
      const { hostname, port } = new URL(attacker.orders.url);
      const socket = connect(Number(port), hostname);
      socket.on("error", () => {});
      socket.write(`GET /api/room/${attacker.orders.room}/websocket HTTP/1.1\r\nHost: x\r\nX-A: `);
      const timer = setInterval(() => socket.write("a"), 1_000);
      setTimeout(
        () => {
          clearInterval(timer);
          socket.destroy();
        },
        Math.max(0, attacker.until - performance.now()),
      );
    }),
};

export async function attack(orders: Orders): Promise<Spent> {
  const spent: Spent = { connections: 0, frames: 0, answers: 0, closed: 0 };
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
      socket.on("message", () => (spent.answers += 1));
      socket.on("error", () => {});
      socket.on("close", (code) => {
        sockets.delete(socket);
        if (code !== 1000 && code !== 1005 && code !== 1006) spent.closed += 1;
      });
      return socket;
    },
    send(socket, frame) {
      if (socket.readyState !== WebSocket.OPEN) return;
      spent.frames += 1;
      socket.send(frame);
    },
  };
  await ATTACKS[orders.attack]?.(attacker);
  for (const socket of sockets) socket.terminate();
  return spent;
}

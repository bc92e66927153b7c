// What a socket does: handshake, messages, close.
import { WebSocket } from "k6/websockets";
import { holdsTrue, type Rows, same, throws } from "./row.ts";
import { closed, messages, next, opened, TARGET } from "./sockets.ts";

export const SOCKET_ROWS: Rows = {
  K1: { title: "WebSocket of k6/websockets", check: () => same(typeof WebSocket, "function") },
  K10: { title: "headers are sent, unknown params throw", check: checkParams },
  K11: { title: "readyState is the number 1 when open", check: checkReadyState },
  K12: { title: "blob at first; ArrayBuffer when asked; text is a string", check: checkBinary },
  K15: { title: "events keep their order", check: checkOrder },
  K16: { title: "send() throws unless open; bufferedAmount", check: checkSend },
  K17: { title: "close codes; nothing comes after close()", check: checkClose },
  K18: {
    title: "a refused handshake is an error without status",
    check: checkRefusal,
    thresholds: { "ws_sessions{status:403}": ["count>=1"] },
  },
  K22: { title: "close events have code and reason", check: checkCloseEvent },
};

async function checkParams(): Promise<void> {
  throws(() => new WebSocket(`${TARGET}/echo`, null, { unknown: 1 } as object), "an unknown param");
  const [frame] = await messages("/headers", 1, { headers: { "X-Self-Check": "yes" } });
  same((JSON.parse(frame?.data as string) as Record<string, string>)["x-self-check"], "yes");
}

async function checkReadyState(): Promise<void> {
  const socket = new WebSocket(`${TARGET}/echo`);
  same(socket.readyState, 0);
  await opened(socket);
  same(socket.readyState, 1);
  socket.close(1000);
  same(socket.readyState, 2);
}

async function checkBinary(): Promise<void> {
  const socket = new WebSocket(`${TARGET}/binary`);
  same(socket.binaryType, "blob");
  throws(() => {
    socket.binaryType = "nonsense" as "blob";
  }, "an unknown binaryType");
  socket.binaryType = "arraybuffer";
  const { data } = await next(socket);
  holdsTrue(data instanceof ArrayBuffer && new Uint8Array(data)[2] === 3, "three bytes in an ArrayBuffer");
  socket.close();
  const [text] = await messages("/burst?count=1", 1);
  same(text?.data, "0");
}

async function checkOrder(): Promise<void> {
  const frames = await messages("/burst?count=1000", 1_000);
  holdsTrue(
    frames.every(({ data }, at) => data === `${at}`),
    "0 to 999 in order",
  );
}

async function checkSend(): Promise<void> {
  const socket = new WebSocket(`${TARGET}/echo`, null, { tags: { name: "named" } });
  throws(() => socket.send("early"), "send() while connecting");
  await opened(socket);
  same(socket.bufferedAmount, 0);
  socket.send("hello");
  same((await next(socket)).data, "hello");
  socket.close();
  throws(() => socket.send("late"), "send() after close()");
}

async function checkClose(): Promise<void> {
  const socket = new WebSocket(`${TARGET}/late`);
  await opened(socket);
  throws(() => socket.close(1001), "close code 1001");
  await next(socket);
  let late = 0;
  socket.addEventListener("message", () => {
    late += 1;
  });
  socket.close(4001, "enough");
  await closed(socket);
  same(late, 0, "messages after close()");
}

async function checkRefusal(): Promise<void> {
  const socket = new WebSocket(`${TARGET}/refuse?status=403`);
  const event = await new Promise<object | undefined>((resolve) => {
    socket.addEventListener("error", resolve);
  });
  same((event as { status?: unknown }).status, undefined);
}

async function checkCloseEvent(): Promise<void> {
  const { code, reason } = await closed(new WebSocket(`${TARGET}/close?code=4008&reason=slow`));
  same(code, 4008);
  same(reason, "slow");
}

// Sockets to the echo server, and what they tell, awaited.
import { type MessageEvent, WebSocket } from "k6/websockets";

export const TARGET = __ENV.CHAT_TARGET ?? "ws://127.0.0.1:8790";

/** The open event's timestamp. */
export const opened = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => {
    socket.addEventListener("open", ({ timestamp }) => resolve(timestamp));
  });

export const next = (socket: WebSocket): Promise<MessageEvent> =>
  new Promise((resolve) => {
    socket.addEventListener("message", resolve);
  });

export const closed = (socket: WebSocket): Promise<{ code?: number; reason: string }> =>
  new Promise((resolve) => {
    socket.addEventListener("close", resolve);
  });

/** The first messages of a path; closes then. */
export async function messages(path: string, count: number, params: object = {}): Promise<MessageEvent[]> {
  const socket = new WebSocket(`${TARGET}${path}`, null, params);
  const frames: MessageEvent[] = [];
  await new Promise<void>((resolve) => {
    socket.addEventListener("message", (event) => {
      frames.push(event);
      if (frames.length === count) resolve();
    });
  });
  socket.close();
  return frames;
}

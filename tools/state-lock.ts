// One server a state folder: two of them would write over each other. The operating system ends the hold with the process that has it,
// however that dies: a socket is listened on, and no file says a process id that may be another one's by now.
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "./command.ts";

export interface StateLock {
  release(): void;
}

/** Holds a state folder, given as an absolute path. Throws a Failure where another server has it. */
export async function lockState(state: string): Promise<StateLock> {
  const path = addressOf(state);
  let server = await listen(path);
  if (server === null) {
    if (await answers(path)) {
      throw new Failure(`Another server runs on ${state}; stop it, or choose another folder with --state.`);
    }
    // Left behind by one that was killed.
    await rm(path, { force: true });
    server = await listen(path);
  }
  if (server === null) throw new Failure(`${state} cannot be locked; try again.`);
  const held = server;
  held.unref();
  return { release: () => void held.close() };
}

/** Short, however long the folder's name is: a socket's path has some hundred bytes at most. */
function addressOf(state: string): string {
  const name = `edge-chat-${createHash("sha256").update(state).digest("hex").slice(0, 24)}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

function listen(path: string): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", () => resolve(null));
    server.listen(path, () => resolve(server));
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

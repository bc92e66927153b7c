// `npm run check:start`: what a new user does first, checked: start, open the page, talk, restart, find it all again, stop.
import { spawn, type ChildProcess } from "node:child_process";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { WebSocket } from "ws";
import { command, Failure, ROOT } from "../tools/command.ts";

const HELP = `
npm run check:start: starts the app twice as \`npm start\` does, chats over a real WebSocket, and stops it.

Exit codes: 0 all of it worked, 1 something did not, 2 wrong options.
`;
const STATE = ".state/check-start";
const PORT = 8797;

command(HELP, {}, async () => {
  await rm(join(ROOT, STATE), { recursive: true, force: true });
  const first = await start();
  await checkPage();
  const said = await chat("first");
  if (!said.some((frame) => frame.includes('"message":"first"'))) throw new Failure("The echo did not come.");
  console.log("  page served, message echoed");
  await checkTakenPort();
  await stop(first);
  const second = await start();
  const again = await chat("second");
  if (!again.some((frame) => frame.includes('"message":"first"'))) {
    throw new Failure("History was lost in the restart.");
  }
  await stop(second);
  console.log("  history survived a restart");
  const left = await leftovers();
  if (left.length > 0) throw new Failure(`Processes were left behind: ${left.join(", ")}`);
  console.log("  no process left behind");
  await rm(join(ROOT, STATE), { recursive: true, force: true });
});

async function start(): Promise<ChildProcess> {
  const args = ["scripts/start.ts", "--port", `${PORT}`, "--state", STATE];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  await within(60_000, "`npm start` did not say that it is ready", (resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("is ready")) resolve();
    });
    child.on("exit", (code) => reject(new Failure(`\`npm start\` ended with exit code ${code}.`)));
  });
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  await within(20_000, "`npm start` did not stop", (resolve) => {
    child.removeAllListeners("exit");
    child.on("exit", () => resolve());
    child.kill("SIGINT");
  });
}

async function checkPage(): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${PORT}/`);
  const text = await response.text();
  if (!response.ok || !text.includes("Edge Chat")) throw new Failure(`The page answered ${response.status}.`);
  if (!response.headers.get("content-security-policy")?.includes("require-trusted-types-for")) {
    throw new Failure("The page has no strict Content-Security-Policy; see public/_headers.");
  }
}

/** Joins as a classic client, says one thing and returns all frames up to its echo. */
async function chat(message: string): Promise<string[]> {
  const frames: string[] = [];
  const socket = new WebSocket(`ws://127.0.0.1:${PORT}/api/room/check/websocket`);
  await within(10_000, "The room did not answer", (resolve, reject) => {
    socket.on("error", reject);
    socket.on("open", () => socket.send('{"name":"ann"}'));
    socket.on("message", (data: Buffer) => {
      const frame = data.toString();
      frames.push(frame);
      if (frame === '{"ready":true}') socket.send(JSON.stringify({ message }));
      if (frame.includes(`"message":"${message}"`)) resolve();
    });
  });
  socket.close(1000);
  return frames;
}

async function checkTakenPort(): Promise<void> {
  const child = spawn(process.execPath, ["scripts/start.ts", "--port", `${PORT}`], { cwd: ROOT });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => {
    child.on("exit", resolve);
  });
  if (code !== 1 || !said.includes("is taken; choose another")) {
    throw new Failure(`A taken port gave exit code ${code} and said: ${said}`);
  }
  console.log("  a taken port is told in one sentence");
}

/** Processes that run with our state folder, by their command lines (Linux; elsewhere none is found). */
async function leftovers(): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc").catch((): string[] => [])) {
    if (!/^\d+$/.test(pid)) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (line.includes(join(ROOT, STATE))) found.push(pid);
  }
  return found;
}

function within(
  ms: number,
  complaint: string,
  act: (resolve: () => void, reject: (error: Error) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Failure(`${complaint} within ${ms / 1_000} s.`)), ms);
    act(
      () => {
        clearTimeout(timer);
        resolve();
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

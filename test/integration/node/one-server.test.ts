// One server a state folder, and none left behind by whoever started it.
import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { ROOT } from "../../../tools/command.ts";
import { startServer } from "../../../tools/server.ts";
import { lockState } from "../../../tools/state-lock.ts";
import { startWorkerd } from "../../../tools/workerd.ts";
import { theWorker } from "../../support/fault-server.ts";

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "edge-chat-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Processes whose command line has this text, by id (Linux). */
async function processesWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid) || pid === `${process.pid}`) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (line.includes(text)) found.push(pid);
  }
  return found;
}

async function until(isSo: () => Promise<boolean>, ms: number): Promise<boolean> {
  for (const deadline = Date.now() + ms; Date.now() < deadline;) {
    if (await isSo()) return true;
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
  return false;
}

/** `npm start` without npm; ended when the test is over. */
function start(state: string): ChildProcess {
  const args = ["scripts/start.ts", "--port", "0", "--state", state];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

const saysReady = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("is ready")) resolve(said);
      });
    child.on("exit", () => resolve(said));
  });

test("a folder is held once, and free again when it is released or its holder died", async () => {
  const folder = await freshFolder();
  const lock = await lockState(folder);
  await expect(lockState(folder)).rejects.toThrow(
    `Another server runs on ${folder}; stop it, or choose another`,
  );
  lock.release();
  const holder = spawn(
    process.execPath,
    [
      "-e",
      `import("./tools/state-lock.ts").then(async ({ lockState }) => {
       await lockState(process.argv[1]); console.log("held"); setInterval(() => {}, 1000); })`,
      folder,
    ],
    { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] },
  );
  onTestFinished(() => void holder.kill("SIGKILL"));
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  await expect(lockState(folder)).rejects.toThrow("Another server runs on");
  holder.kill("SIGKILL");
  await new Promise((resolve) => holder.once("exit", resolve));
  (await lockState(folder)).release();
});

test("a folder by another name is the same folder, and held", async () => {
  const folder = await freshFolder();
  const link = join(await freshFolder(), "link");
  await symlink(folder, link);
  const lock = await lockState(folder);
  onTestFinished(() => lock.release());
  await expect(lockState(link)).rejects.toThrow("Another server runs on");
});

test("a folder is held against servers with temporary files elsewhere", async () => {
  const folder = await freshFolder();
  const lock = await lockState(folder);
  onTestFinished(() => lock.release());
  vi.stubEnv("TMPDIR", await freshFolder());
  onTestFinished(() => void vi.unstubAllEnvs());
  await expect(lockState(folder)).rejects.toThrow("Another server runs on");
});

test("a folder whose lock cannot be had is refused with the reason", async () => {
  const folder = await freshFolder();
  await mkdir(join(folder, "server.lock"));
  await expect(lockState(folder)).rejects.toThrow("cannot be locked: Error: unable to open database file");
});

test("two servers on one folder: the second refuses, raw workerd or wrangler's, and rebuilds nothing", async () => {
  const state = await freshFolder();
  const worker = await theWorker();
  const first = await startWorkerd({ worker, state });
  onTestFinished(() => first.kill());
  await expect(startWorkerd({ worker, state })).rejects.toThrow("Another server runs on");
  let isBuilt = false;
  const prepare = async (): Promise<void> => {
    isBuilt = true;
  };
  await expect(startServer({ port: 0, state, prepare })).rejects.toThrow("Another server runs on");
  expect(isBuilt).toBe(false);
  await first.restart();
});

test.runIf(process.platform === "linux")(
  "ended while it starts, `npm start` leaves nothing behind",
  async () => {
    const state = await freshFolder();
    const child = start(state);
    expect(await until(async () => (await processesWith(state)).length > 1, 30_000)).toBe(true);
    child.kill("SIGINT");
    expect(await until(async () => (await processesWith(state)).length === 0, 15_000)).toBe(true);
  },
);

test.runIf(process.platform === "linux")(
  "killed while it serves, from a folder with an absolute name, it leaves nothing behind",
  async () => {
    const state = await freshFolder();
    const child = start(state);
    expect(await saysReady(child)).toContain("is ready");
    expect(await readdir(state)).not.toEqual([]);
    child.kill("SIGKILL");
    expect(await until(async () => (await processesWith(state)).length === 0, 15_000)).toBe(true);
  },
);

test("before `npm ci` it says so in one sentence", async () => {
  const folder = await freshFolder();
  await cp(join(ROOT, "scripts", "installed.mjs"), join(folder, "scripts", "installed.mjs"));
  for (const [cwd, code, said] of [
    [folder, 1, "The packages of this project are not installed yet; install them with: npm ci\n"],
    [ROOT, 0, ""],
  ] as const) {
    const child = spawn(process.execPath, ["scripts/installed.mjs"], { cwd });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const exit = await new Promise((resolve) => child.on("close", resolve));
    expect([exit, errors]).toEqual([code, said]);
  }
});

// `npm run explore:page`: a machine uses the page as no script would think of, while others talk and the network comes and goes.
import { spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { createServer, connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { command, Failure, ROOT } from "../../tools/command.ts";
import { numberOf } from "../../tools/numbers.ts";
import { buildPage } from "../../tools/page.ts";
import { startServer } from "../../tools/server.ts";
import { Companion } from "./companion.ts";

const HELP = `
npm run explore:page: Bombadil types, clicks, scrolls, reloads, goes back and changes the window, in Chromium, while companions talk in
two rooms and the network goes away for seconds. test/explore-page/spec.ts says what has to hold all the time.

  npm run explore:page -- --minutes 3     how long (default 3)
  npm run explore:page -- --go-on         goes on after something did not hold, and tells all of it

What it did is in artifacts/explore-page, with a picture of each step; \`npx bombadil browser inspect\` shows it.
Exit codes: 0 everything held, 1 something did not, 2 wrong options.
`;

const OUT = join(ROOT, "artifacts", "explore-page");
const STATE = join(".state", "explore-page");
const ROOMS = ["lobby", "second"];
const BOMBADIL = join(ROOT, "node_modules", ".bin", "bombadil");

/** A network before the server at `port`, which is gone for seconds now and then. */
class Network {
  private readonly chats = new Set<Socket>();
  private readonly server = createServer((near) => this.pass(near));
  private readonly port: number;
  private isAway = false;
  private isOver = false;

  constructor(port: number) {
    this.port = port;
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const address = this.server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async comeAndGo(): Promise<void> {
    while (!this.isOver) {
      await sleep(8_000 + Math.random() * 12_000);
      this.isAway = true;
      for (const socket of this.chats) socket.destroy();
      await sleep(500 + Math.random() * 4_000);
      this.isAway = false;
    }
  }

  close(): void {
    this.isOver = true;
    this.server.close();
    for (const socket of this.chats) socket.destroy();
  }

  /** The page itself always comes: what is tried is a page that runs. */
  private pass(near: Socket): void {
    near.on("error", () => near.destroy());
    near.once("data", (head: Buffer) => {
      const isChat = head.includes("/websocket");
      if (isChat && this.isAway) {
        near.destroy();
        return;
      }
      const far = connect(this.port, "127.0.0.1");
      if (isChat) this.chats.add(near);
      far.on("error", () => near.destroy());
      far.on("close", () => near.destroy());
      near.on("close", () => {
        this.chats.delete(near);
        far.destroy();
      });
      far.write(head);
      near.pipe(far).pipe(near);
    });
  }
}

const OPTIONS = {
  minutes: { type: "string", default: "3" },
  "go-on": { type: "boolean", default: false },
} as const;

command(HELP, OPTIONS, async ({ minutes, "go-on": goesOn }) => {
  const seconds = Math.ceil(numberOf("--minutes", minutes, 0.1, 600) * 60);
  await rm(join(ROOT, STATE), { recursive: true, force: true });
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  await buildPage();
  const server = await startServer({
    port: 0,
    state: STATE,
    vars: { RATE_BURST: "100000", RATE_PERIOD_MS: "1" },
  });
  const network = new Network(Number(new URL(server.url).port));
  const companions = ROOMS.map((room) => new Companion(server.url, room));
  try {
    const port = await network.listen();
    for (const companion of companions) companion.start();
    void network.comeAndGo();
    const code = await explore(`http://127.0.0.1:${port}/#lobby`, seconds, goesOn === true);
    if (code !== 0)
      throw new Failure(
        "Something did not hold; what is above names it, and artifacts/explore-page has the steps.",
      );
  } finally {
    for (const companion of companions) companion.stop();
    network.close();
    await server.stop();
  }
});

function explore(origin: string, seconds: number, goesOn: boolean): Promise<number> {
  const spec = join(ROOT, "test", "explore-page", "spec.ts");
  const where = ["--output-path", OUT, "--output-path-overwrite", "--time-limit", `${seconds}s`];
  const how = ["--headless", "--no-sandbox", ...(goesOn ? [] : ["--exit-on-violation"])];
  const child = spawn(BOMBADIL, ["browser", "test", origin, spec, ...where, ...how], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, RUST_LOG: process.env.RUST_LOG ?? "error" },
  });
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}

// `node load/host/bench.ts`: how many frames the host receives, beside the null server on the same machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { command, Failure, ROOT } from "../../scripts/lib/command.ts";

const HELP = `
node load/host/bench.ts: the host's ceiling with one sender and one receiver thread, beside the null server.

  --seconds 5 --repeats 3 --members 100    the measured window, how often, on how many sockets
  --single 1000 --batched 10000            messages a second: to single frames (classic), to batches of 10 ms (delivery)
`;

interface Result {
  readonly framesPerSecond: number;
  readonly deliveriesPerSecond: number;
  readonly sent: number;
  readonly joined: number;
  readonly lagP50: number;
  readonly lagMax: number;
}

const number = (standard: string) => ({ type: "string", default: standard }) as const;

command(
  HELP,
  {
    seconds: number("5"),
    repeats: number("3"),
    members: number("100"),
    single: number("1000"),
    batched: number("10000"),
  },
  async (values) => {
    for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
      await measure("single frames", "0", { PROTOCOL: "classic", RATE: String(values.single) }, values);
      await measure("batched frames", "10", { PROTOCOL: "delivery", RATE: String(values.batched) }, values);
    }
  },
);

async function measure(
  name: string,
  windowMs: string,
  env: Readonly<Record<string, string>>,
  { seconds, members }: Readonly<Record<string, unknown>>,
): Promise<void> {
  const target = spawn(
    process.execPath,
    ["load/targets/main.ts", "null", "--port", "0", "--window", windowMs],
    {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  try {
    const [line] = (await once(target.stdout, "data")) as [Buffer];
    const { url } = JSON.parse(line.toString()) as { readonly url: string };
    const given = {
      ...env,
      TARGET: url.replace("http", "ws"),
      SECONDS: String(seconds),
      MEMBERS: String(members),
    };
    const args = Object.entries(given).flatMap(([key, value]) => ["-e", `${key}=${value}`]);
    const host = spawn(
      process.execPath,
      ["load/host/main.ts", "run", "-q", ...args, "load/host/bench-script.ts"],
      { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] },
    );
    const load = cpuOf([host.pid ?? 0, target.pid ?? 0], 3_000, Number(seconds) * 1_000 - 1_500);
    const said = await text(host.stdout);
    if (!said.startsWith("{")) throw new Failure("The host said no result; see above.");
    report(name, JSON.parse(said) as Result, await load);
  } finally {
    target.kill();
  }
}

function report(name: string, result: Result, [host = 0, target = 0]: readonly number[]): void {
  const { framesPerSecond, deliveriesPerSecond, joined, lagP50, lagMax } = result;
  console.log(
    `  ${name}: ${Math.round(framesPerSecond)} frames/s, ${Math.round(deliveriesPerSecond)} deliveries/s on ${joined} sockets; ` +
      `lag p50 ${lagP50.toFixed(1)} ms, max ${lagMax.toFixed(1)} ms; CPU host ${host.toFixed(2)}, null server ${target.toFixed(2)} cores`,
  );
}

/** Cores that processes use in a window that begins after `waitMs`. Linux only; 0 elsewhere. */
async function cpuOf(pids: readonly number[], waitMs: number, windowMs: number): Promise<number[]> {
  await pause(waitMs);
  const before = await Promise.all(pids.map(cpuSeconds));
  await pause(windowMs);
  const after = await Promise.all(pids.map(cpuSeconds));
  return after.map((seconds, at) => ((seconds - (before[at] ?? 0)) * 1_000) / windowMs);
}

async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [, , , , , , , , , , , user = "0", system = "0"] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(user) + Number(system)) / 100;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

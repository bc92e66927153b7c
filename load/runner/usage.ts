// How busy processes are: cores and memory, read from /proc once a second. Linux; elsewhere there are no samples.
import { readFile } from "node:fs/promises";
import type { Usage } from "../lib/validity.ts";

export interface Reading {
  /** Epoch ms. */
  readonly at: number;
  readonly cpuSeconds: number;
  readonly rssMiB: number;
  /** Of the cores that it is pinned to. */
  readonly cores?: CoreSeconds;
}

/** Processor seconds of some cores since the machine started: of all programs together, and that the machine's own host took. */
export interface CoreSeconds {
  readonly programs: number;
  readonly steal: number;
}

/** Linux tells CPU time in hundredths of a second to programs, whatever its own ticks are. */
const TICKS_PER_SECOND = 100;

/** User and system time in seconds, of /proc/<pid>/stat. */
export function cpuSecondsOf(stat: string): number {
  // The name in brackets may hold anything, brackets too.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory in MiB, of /proc/<pid>/status. */
export const rssOf = (status: string): number => Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024;

/** Seconds that all processors together were busy, of /proc/stat; a virtual machine's stolen time counts, too. */
export function busySecondsOf(stat: string): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = (
    /^cpu +(.*)$/m.exec(stat)?.[1] ?? ""
  )
    .split(" ")
    .map(Number);
  return (user + nice + system + irq + softIrq + steal) / TICKS_PER_SECOND;
}

/** What programs used of some cores, such as "0" or "1-3", and what was stolen of them; of /proc/stat. */
export function coreSecondsOf(stat: string, cores: string): CoreSeconds {
  const [first = 0, last = first] = cores.split("-").map(Number);
  let [programs, steal] = [0, 0];
  for (const [, core, numbers = ""] of stat.matchAll(/^cpu(\d+) +(.*)$/gm)) {
    if (Number(core) < first || Number(core) > last) continue;
    // What interrupts take is nobody's: the network's is the target's and the generator's own.
    const [user = 0, nice = 0, system = 0, , , , , stolen = 0] = numbers.split(" ").map(Number);
    programs += (user + nice + system) / TICKS_PER_SECOND;
    steal += stolen / TICKS_PER_SECOND;
  }
  return { programs, steal };
}

/** Seconds of all processors together, idle ones too, and how many of them a virtual machine's host took; of /proc/stat. */
export function stolenOf(stat: string): { readonly all: number; readonly stolen: number } {
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softIrq = 0, stolen = 0] = (
    /^cpu +(.*)$/m.exec(stat)?.[1] ?? ""
  )
    .split(" ")
    .map(Number);
  const all = user + nice + system + idle + wait + irq + softIrq + stolen;
  return { all: all / TICKS_PER_SECOND, stolen: stolen / TICKS_PER_SECOND };
}

/** What busySecondsOf says now; null where there is no /proc. */
export async function busySeconds(): Promise<number | null> {
  return readFile("/proc/stat", "utf8").then(busySecondsOf, () => null);
}

/** Processor seconds that a process used between two instants (epoch ms): even between two readings, null where they do not reach. */
export function cpuBetween(readings: readonly Reading[], from: number, until: number): number | null {
  const [start, end] = [cpuAt(readings, from), cpuAt(readings, until)];
  return start === null || end === null ? null : end - start;
}

function cpuAt(readings: readonly Reading[], at: number): number | null {
  const next = readings.findIndex((reading) => reading.at >= at);
  const [before, after] = [readings[next - 1], readings[next]];
  if (before === undefined || after === undefined) return null;
  const share = (at - before.at) / (after.at - before.at);
  return before.cpuSeconds + share * (after.cpuSeconds - before.cpuSeconds);
}

/** Samples one process until it is stopped; seconds count from when it began. */
export class UsageSampler {
  readonly samples: Usage[] = [];
  readonly readings: Reading[] = [];
  private readonly pid: () => number | null;
  private readonly cores: string | undefined;
  private readonly began = now();
  private readonly timer: NodeJS.Timeout;

  /** A process that is started again has another id. `cores` are those that it is pinned to: what others do on them is sampled, too. */
  constructor(pid: () => number | null, everyMs: number, cores?: string) {
    this.pid = pid;
    this.cores = cores;
    this.timer = setInterval(() => void this.sample(), everyMs);
    void this.sample();
  }

  stop(): readonly Usage[] {
    clearInterval(this.timer);
    return this.samples;
  }

  private async sample(): Promise<void> {
    const pid = this.pid();
    const reading = pid === null ? null : await read(pid, this.cores);
    if (reading === null) return;
    const last = this.readings.at(-1);
    this.readings.push(reading);
    // The first of a process, which may have been started again.
    if (last === undefined || reading.cpuSeconds < last.cpuSeconds) return;
    const seconds = (reading.at - last.at) / 1_000;
    this.samples.push({
      second: Math.round((reading.at - this.began) / 1_000),
      cpu: Number(((reading.cpuSeconds - last.cpuSeconds) / seconds).toFixed(3)),
      rssMiB: Number(reading.rssMiB.toFixed(1)),
      ...othersBetween(last, reading),
    });
  }
}

/** What others used of its cores between two readings, and what was stolen, in cores; nothing where it has none of its own. */
function othersBetween(a: Reading, b: Reading): Partial<Usage> {
  if (a.cores === undefined || b.cores === undefined) return {};
  const seconds = (b.at - a.at) / 1_000;
  const others = b.cores.programs - a.cores.programs - (b.cpuSeconds - a.cpuSeconds);
  const steal = b.cores.steal - a.cores.steal;
  return {
    others: Number(Math.max(0, others / seconds).toFixed(3)),
    steal: Number((steal / seconds).toFixed(3)),
  };
}

const now = (): number => performance.timeOrigin + performance.now();

async function read(pid: number, cores: string | undefined): Promise<Reading | null> {
  try {
    const [stat, status, all] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile(`/proc/${pid}/status`, "utf8"),
      readFile("/proc/stat", "utf8"),
    ]);
    const own = cores === undefined ? {} : { cores: coreSecondsOf(all, cores) };
    return { at: now(), cpuSeconds: cpuSecondsOf(stat), rssMiB: rssOf(status), ...own };
  } catch {
    return null;
  }
}

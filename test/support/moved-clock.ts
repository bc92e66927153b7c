// A wall clock for a process that a test can move: a shim in C (clock-shim.c), compiled here, between the process and libc.
import { execFile, spawnSync } from "node:child_process";
import { mkdir, open } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../../tools/command.ts";

const SOURCE = join(ROOT, "test", "faults", "clock-shim.c");

/**
 * Whether there is a compiler. Without one the clock cannot be moved: in CI (`CI` is set) that throws an Error, because
 * a test that is left out proves nothing; elsewhere it is said on the console.
 */
export function canMoveClock(): boolean {
  if (spawnSync("gcc", ["--version"]).status === 0) return true;
  const sentence = "No gcc here: the tests of a clock that jumps cannot run. Install gcc.";
  if (process.env.CI) throw new Error(sentence);
  console.warn(`SKIPPED: ${sentence}`);
  return false;
}

export class MovedClock {
  /** For the process whose clock it is to be. It has to run in the project's folder. */
  readonly env: Readonly<Record<string, string>>;
  private readonly offsets: string;

  private constructor(shim: string, offsets: string) {
    this.offsets = offsets;
    // Relative: LD_PRELOAD is a list with blanks between, and the project's folder may have one in its name.
    this.env = { LD_PRELOAD: relative(ROOT, shim), CLOCK_OFFSET_FILE: offsets };
  }

  /** Compiles the shim into a folder of its own, with a clock that is right. */
  static async make(name: string): Promise<MovedClock> {
    const folder = join(ROOT, ".state", "clocks", name);
    await mkdir(folder, { recursive: true });
    const shim = join(folder, "shim.so");
    const clock = new MovedClock(shim, join(folder, "offset"));
    await promisify(execFile)("gcc", ["-O1", "-shared", "-fPIC", "-o", shim, SOURCE]);
    await clock.moveTo(0, "w");
    return clock;
  }

  /** From now on the process's wall clock is so many hours ahead of the real one. */
  async moveTo(hours: number, flags: "r+" | "w" = "r+"): Promise<void> {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(Math.round(hours * 3_600)));
    // In place: the process has this very file mapped.
    const file = await open(this.offsets, flags);
    await file.write(bytes, 0, 8, 0);
    await file.close();
  }
}

// Runs one cell of the bench: server up, room filled, climbed, server down. What it means is bench-cell.ts.
import { Failure } from "../../tools/command.ts";
import { type Cell, cellOf, failedCell } from "./bench-cell.ts";
import { type BenchPlan, boundOf, type CellPlan, envOf, SERVERS } from "./bench-plan.ts";
import { commitMs } from "./disk.ts";
import type { Engine } from "./engine.ts";
import { coresOf, type Pinning } from "./pinning.ts";
import { newRun } from "./request.ts";
import { machineHere, play, type RunRequest } from "./run.ts";
import { openTarget } from "./targets.ts";
import { busySeconds } from "./usage.ts";

export interface Bench {
  readonly plan: BenchPlan;
  readonly engine: Engine;
  readonly pinning: Pinning | null;
  readonly folder: string;
  /** Where the servers keep what they store. */
  readonly state: string;
  readonly command: string;
  readonly say: (line: string) => void;
}

/** Short steps want short samples. */
const SAMPLE_MS = 250;

/** `found` is the highest rate of the round before, null where there is none. A server that fails is a cell that says so. */
export async function runCell(bench: Bench, cell: CellPlan, found: number | null): Promise<Cell> {
  const { plan, engine, pinning, folder, state, command, say } = bench;
  const { target: kind } = SERVERS.find(({ id }) => id === cell.server) ?? SERVERS[0];
  const env = { ...envOf(cell, plan, found), CHAT_RUN: newRun() };
  const request: RunRequest = {
    scenario: "climb",
    engine,
    env,
    target: { kind, url: "", state },
    pinning,
    segment: null,
    folder,
    command,
    say,
  };
  const disk = await commitMs(state);
  const target = await openTarget({ ...request.target, cores: pinning?.target, policy: undefined });
  try {
    const before = await busySeconds();
    const { tally, readings } = await play(request, target, SAMPLE_MS);
    const after = await busySeconds();
    const climbed = cellOf(cell, {
      tally,
      readings,
      bound: boundOf(cell.members),
      generatorCores: coresOf(pinning?.generator, machineHere().cores),
      commitMs: disk,
      busySeconds: before === null || after === null ? null : after - before,
    });
    return target.isRunning() ? climbed : failedCell(cell, "the server's process ended");
  } catch (error) {
    if (error instanceof Failure) return failedCell(cell, error.message);
    throw error;
  } finally {
    await target.stop();
  }
}

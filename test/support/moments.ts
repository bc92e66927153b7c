// When faults strike: other moments in each run. FAULT_SEED=7 before the command strikes at the same ones again.
import { generator, type Random } from "./random.ts";

/** Prints the seed, so that a failure can be repeated. */
export function momentsOf(fault: string): { readonly seed: number; readonly random: Random } {
  const seed = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);
  console.log(`${fault}: FAULT_SEED=${seed} strikes at the same moments again.`);
  return { seed, random: generator(seed) };
}

// Asks Z3: whether a step can lead from a world in which the invariant holds to one in which it does not.
import { init, killThreads, Z3_lbool } from "z3-solver";
import { invariant } from "./invariant.ts";
import { anyWorld, Constants } from "./state.ts";
import { type Breach, stepsOf } from "./steps.ts";

export interface Answer {
  readonly step: string;
  /** The values of a world that was asked for, by their names; null: there is none. */
  readonly counterModel: ReadonlyMap<string, string> | null;
}

/** A prover; `close` ends its threads. */
export interface Prover {
  /** Sat with these values, or unsat. Rejects where Z3 does not know. */
  solve(constants: Constants, assertions: readonly string[]): Promise<ReadonlyMap<string, string> | null>;
  close(): Promise<void>;
}

export async function startProver(): Promise<Prover> {
  const { Z3, em } = await init();
  return {
    async solve(constants, assertions) {
      const context = Z3.mk_context(Z3.mk_config());
      const solver = Z3.mk_solver(context);
      Z3.solver_inc_ref(context, solver);
      try {
        // What is read in one go, and not by a thread: such a text may be gone before it is read.
        const asserted = assertions.map((formula) => `(assert ${formula})`).join("\n");
        Z3.solver_from_string(context, solver, `${constants.toString()}\n${asserted}`);
        const answer = await Z3.solver_check(context, solver);
        if (answer === Z3_lbool.Z3_L_FALSE) return null;
        if (answer !== Z3_lbool.Z3_L_TRUE) throw new Error("Z3 does not know.");
        return readValues(Z3.model_to_string(context, Z3.solver_get_model(context, solver)));
      } finally {
        Z3.solver_dec_ref(context, solver);
        Z3.del_context(context);
      }
    },
    close: () => killThreads(em),
  };
}

/** What each step can do to the invariant; `only`: what this step can. */
export const ask = (prover: Prover, broken: Breach = "none", only?: string): Promise<readonly Answer[]> =>
  askEach(
    prover,
    broken,
    ({ invariant: before, may, after }) => [...before, may, `(not (and true ${after.join(" ")}))`],
    only,
  );

/** For each step, a world with the invariant in which it may happen: a step that never may would prove nothing. */
export const askPossible = (prover: Prover): Promise<readonly Answer[]> =>
  askEach(prover, "none", ({ invariant: before, may }) => [...before, may]);

interface Taken {
  readonly invariant: readonly string[];
  readonly may: string;
  readonly after: readonly string[];
}

async function askEach(
  prover: Prover,
  broken: Breach,
  claims: (taken: Taken) => readonly string[],
  only?: string,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const count = stepsOf(anyWorld(new Constants()), new Constants(), broken).length;
  for (let i = 0; i < count; i++) {
    const constants = new Constants();
    const world = anyWorld(constants);
    const step = stepsOf(world, constants, broken)[i];
    if (step === undefined || (only !== undefined && step.name !== only)) continue;
    const taken = { invariant: invariant(world), may: step.may, after: invariant(step.after) };
    answers.push({ step: step.name, counterModel: await prover.solve(constants, claims(taken)) });
  }
  return answers;
}

/** Z3's model: a line "name -> value" a constant. A constant that may be anything is not in it. */
const readValues = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^(\S+) -> (.+)$/gm)].map(([, name = "", value = ""]) => [name, tell(value)]));

const tell = (value: string): string =>
  value
    .replaceAll(/\(\/ (\S+) (\S+?)\)/g, (_, a: string, b: string) => `${Number(a) / Number(b)}`)
    .replaceAll(/\(- (\S+?)\)/g, "-$1");

// What a virtual user finds around it: globals, ids, and nothing of the others.
import exec from "k6/execution";
import { holdsTrue, type Rows, same, SETUP_TEXT, type SetupData, throws } from "./row.ts";

export const WORLD_ROWS: Rows = {
  K3: { title: "globals are k6's, and no more", check: checkGlobals },
  K4: { title: "a world of its own; setup's JSON", check: checkWorld },
  K5: { title: "ids, names, a clock with a fraction", check: checkExecution },
};

let visits = 0;

function checkGlobals(): void {
  same(typeof __ENV, "object");
  same(typeof __VU, "number");
  same(__ITER, 0);
  const world = globalThis as Record<string, unknown>;
  for (const name of ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "open"]) {
    same(typeof world[name], "function", name);
  }
  for (const name of [
    "process",
    "Buffer",
    "fetch",
    "structuredClone",
    "queueMicrotask",
    "setImmediate",
    "performance",
  ]) {
    same(typeof world[name], "undefined", name);
  }
  throws(() => open("self-check.ts"), "open() outside the init context");
}

function checkWorld({ text, ...others }: SetupData): void {
  visits += 1;
  same(visits, 1, "visits of this VU");
  same(text, SETUP_TEXT);
  same(Object.keys(others).length, 0, "fields that JSON does not keep");
}

function checkExecution(): void {
  same(exec.scenario.name, "rows");
  holdsTrue(exec.vu.idInTest >= 1 && exec.vu.idInInstance >= 1, "ids count from 1");
  const readings = Array.from({ length: 50 }, () => exec.instance.currentTestRunDuration);
  holdsTrue(
    readings.some((ms) => ms % 1 !== 0),
    "currentTestRunDuration has a fraction",
  );
  holdsTrue(
    readings.every((ms, at) => ms >= (readings[at - 1] ?? 0)),
    "currentTestRunDuration never falls",
  );
}

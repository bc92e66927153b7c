// `npm run load:capacity`: one card of what a room carries, from ladders with different numbers of members.
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { command, Failure } from "../tools/command.ts";
import { numberOf } from "../tools/numbers.ts";
import { capacityOf, sayLimit, unlike } from "../load/runner/capacity.ts";
import { renderCapacity } from "../load/runner/report-capacity.ts";
import { readRepeats } from "../load/runner/result.ts";

const HELP = `
npm run load:capacity -- FOLDER...: writes a card of members by messages a second, from what ladders measured.

  npm run load:ladder -- --members 50 --out l50
  npm run load:ladder -- --members 500 --out l500
  npm run load:capacity -- l50 l500

Each folder is one that npm run load:ladder or npm run load wrote. Of each number of members and rate the last try counts that most tries
agree with. Only what was measured stands on the card.

  --bound MS              a step holds with a p99 of at most this (default 100)
  --out FILE              the card (default capacity.html in the first folder)

Exit codes: 0 written, 2 wrong options, or results that make no card.
`;

command(
  HELP,
  { bound: { type: "string", default: "100" }, out: { type: "string" } },
  async ({ bound, out }, folders) => {
    const [first] = folders;
    if (first === undefined)
      throw new Failure("Name the folders of ladders: npm run load:capacity -- A B", 2);
    const bounds = { p99Ms: numberOf("--bound", bound, 1, 60_000) };
    const results = (await Promise.all(folders.map(readRepeats))).flat();
    const why = unlike(results);
    const [shown] = results;
    if (why !== null || shown === undefined) throw new Failure(why ?? "There are no results.", 2);
    const capacity = capacityOf(results, bounds);
    for (const row of capacity.rows) console.log(sayLimit(row));
    const path = typeof out === "string" ? out : join(first, "capacity.html");
    const repeats = `npm run load:capacity -- ${folders.join(" ")}`;
    await writeFile(path, renderCapacity("Edge Chat load: capacity card", capacity, shown, repeats)).catch(
      (error: unknown): never => {
        throw new Failure(`${path} could not be written: ${String(error)}`, 2);
      },
    );
    console.log(`Card: ${resolve(path)}`);
  },
  { takesOperands: true },
);

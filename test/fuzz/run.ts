// `npm run fuzz`: texts of strangers, by coverage-guided fuzzing, for everything that reads one.
import { command, Failure } from "../../tools/command.ts";
import { wholeOf } from "../../tools/numbers.ts";
import { DECODERS } from "./decoders.ts";
import { fuzz } from "./fuzzer.ts";

const HELP = `
npm run fuzz: changes texts, keeps those that take a new way through the code, and goes on from them. Each decoder of src/ must answer
every text without throwing, and what it takes must be in its bounds.

  npm run fuzz -- --seconds 60       in all, shared by the decoders (default 60)
  npm run fuzz -- --only parseRoom   decoders whose name has this
  npm run fuzz -- --seed 7           begins with other changes (default: another one each time, and it is said)

Exit codes: 0 nothing was found, 1 a text was answered wrongly, 2 wrong options.
`;

command(
  HELP,
  {
    seconds: { type: "string", default: "60" },
    only: { type: "string", default: "" },
    seed: { type: "string" },
  },
  async (values) => {
    const seconds = wholeOf("--seconds", values.seconds, 1, 86_400);
    const seed = wholeOf("--seed", values.seed ?? `${Date.now() % 1_000_000}`, 0, 2 ** 31);
    const decoders = DECODERS.filter(({ name }) => name.includes(String(values.only)));
    if (decoders.length === 0)
      throw new Failure(`--only takes a part of: ${DECODERS.map(({ name }) => name).join("; ")}.`, 2);
    console.log(`Seed ${seed}; ${seconds} s for ${decoders.length} decoders.\n`);
    console.log(
      "| decoder | texts | taken | refused | texts kept | stretches of code |\n|---|---|---|---|---|---|",
    );
    for (const decoder of decoders) {
      const ms = (seconds * 1_000) / decoders.length;
      const { runs, taken, refused, kept, stretches, failure } = await fuzz(decoder, ms, seed, "/src/");
      console.log(`| ${decoder.name} | ${[runs, taken, refused, kept, stretches].join(" | ")} |`);
      if (failure !== null)
        throw new Failure(
          `${decoder.name} answered this text wrongly: ${JSON.stringify(failure.text)}: ${String(failure.error)}`,
        );
      if (taken === 0 || refused === 0)
        throw new Failure(
          `${decoder.name} never ${taken === 0 ? "took" : "refused"} a text; give it better seeds.`,
        );
    }
  },
);

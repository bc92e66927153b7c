// `npm run load:damage`: does every wrong that was thought of to a small run, and prints what the harness calls it.
import { command, Failure } from "../tools/command.ts";
import { DAMAGES, suffer } from "../load/runner/damages.ts";
import { pinningHere } from "../load/runner/pinning.ts";

const HELP = `
npm run load:damage [WORDS]: damages small runs on purpose, one after the other, and prints a table: damage, verdict, exit code, and
the first sentence of why. It takes about five minutes. With words it does only damages whose description has them.

  npm run load:damage
  npm run load:damage -- handshake

Exit codes: 0 each was called what it is, 1 one was not, 2 no damage has these words.
`;

const EXIT = { VALID: 0, BROKEN: 1, VOID: 3 } as const;

command(
  HELP,
  {},
  async (_values, operands) => {
    const words = operands.join(" ");
    const chosen = DAMAGES.filter(({ what }) => what.includes(words));
    if (chosen.length === 0) throw new Failure(`No damage is described by "${words}".`, 2);
    const pinning = pinningHere();
    let wrong = 0;
    console.log("| damage | verdict | exit code | why |\n|---|---|---|---|");
    for (const damage of chosen) {
      const { outcome, verdict } = await suffer(damage, pinning);
      const why = (outcome === "BROKEN" ? verdict.broken : verdict.reasons)[0] ?? "";
      const isRight = outcome === damage.right;
      if (!isRight) wrong += 1;
      const said = isRight ? outcome : `${outcome}, and it is ${damage.right}`;
      console.log(`| ${damage.what} | ${said} | ${EXIT[outcome]} | ${why} |`);
    }
    if (wrong > 0) throw new Failure(`${wrong} of ${chosen.length} were not called what they are.`);
  },
  { takesOperands: true },
);

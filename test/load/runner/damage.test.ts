// Whole runs against targets that do wrong: what no pure part can show. npm run load:damage does all of them; these are the kinds that
// need sockets, processes and virtual users.
import { expect, test } from "vitest";
import { readFileSync } from "node:fs";
import { DAMAGES, suffer } from "../../../load/runner/damages.ts";

const named = (words: string) => {
  const damage = DAMAGES.find(({ what }) => what === words);
  if (damage === undefined) throw new Error(`no damage: ${words}`);
  return damage;
};

test.concurrent.each([
  ["an honest run", /^$/, /^$/],
  // Which member has the fifth handshake, and which one is last, is chance. Where it is a sender's, messages stay unsent.
  ["a handshake is never answered", /\d failed joins/, /^$|were sent/],
  ["a handshake is answered by 403", /\d failed joins/, /^$|were sent/],
  ["a socket is closed", /connections dropped/, /^$|were sent/],
  ["a frame that is no text", /unreadable frames/, /^$/],
  ["a classic server is asked for delivery", /frames of the protocol that was not asked for/, /./],
  ["a limiter refuses messages, and last words", /^$/, /messages were refused/],
  ["no count of members", /told a wrong number of members/, /^$/],
  ["a share is missing in what is merged", /^$/, /virtual user .* handed over nothing/],
  ["a share is merged twice", /^$/, /counted more than once/],
] as const)("%s", async (words, broken, reasons) => {
  const { verdict } = await suffer(named(words), null);
  expect(verdict.broken.join("; "), verdict.reasons.join("; ")).toMatch(broken);
  // Of a machine that others use, too: how long the generator stood still is no matter here.
  const others = verdict.reasons.filter((reason) => !/stood still|for the script|ms late|apart/.test(reason));
  expect(others.join("; ")).toMatch(reasons);
});

test("the generator stands still, four times for 300 ms: VOID, and it says for how long", async () => {
  const { outcome, verdict } = await suffer(named("the generator stands still, four times for 300 ms"), null);
  expect(outcome).toBe("VOID");
  expect(verdict.reasons.join("; ")).toMatch(/the generator itself stood still for \d+ ms/);
});

test("where a limiter refuses most, the rest of the plan is not sent", async () => {
  const { verdict } = await suffer({ what: "", right: "VOID", options: ["--refuse", "2"] }, null);
  const [, sent = "300"] =
    /only (\d+) of 300 offered messages were sent/.exec(verdict.reasons.join("; ")) ?? [];
  expect(Number(sent)).toBeLessThan(150);
});

test("load/README.md has each damage, what it is called, and how many there are", () => {
  const readme = readFileSync("load/README.md", "utf8");
  const rows = [...readme.matchAll(/^\| (.+?) +\| (VALID|BROKEN|VOID) +\|/gm)].map(([, what, right]) => [
    what,
    right,
  ]);
  expect(rows).toEqual(DAMAGES.map(({ what, right }) => [what, right]));
  const wrongs = DAMAGES.filter(({ right }) => right !== "VALID").length;
  expect(readme).toContain(`does ${wrongs} wrongs on purpose`);
});

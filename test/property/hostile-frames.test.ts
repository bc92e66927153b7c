// 100,000 frames that nobody in their right mind sends, to rooms in every state. Each is answered as SPEC.md says. Everybody else
// hears what was admitted and nothing more, and the log holds just that.
import { expect, test } from "vitest";
import { CLOSE } from "../../src/protocol/messages.ts";
import { read } from "../documents/documents.ts";
import { cells } from "../documents/markdown.ts";
import { FRAMES, playHostile, STATES, TOLD, TYPING } from "../support/hostile/play.ts";

/** All that a frame can be answered, and all closes that it can lead to (SPEC.md, section 4). */
const ERRORS = [
  "bad-frame",
  "frame-too-large",
  "name-too-long",
  "message-too-long",
  "message-empty",
  "rate-limited",
  "busy",
  "out-of-order",
];
const REST = ["welcome", "ready", "stored", "history", TOLD, TYPING];
const CLOSES = [CLOSE.tooLarge, CLOSE.superseded, CLOSE.flooding].map((code) => `close ${code}`);

const line = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map((entry) => entry.join(" ")).join(", ");

test(`[D11] [C14] [C18] [C23] ${FRAMES} hostile frames: each is answered by the rules, others hear of what was admitted alone`, () => {
  const { answers, states } = playHostile(FRAMES);
  console.log(`[D11] hostile frames reached: ${line(answers)}; sent by: ${line(states)}`);
  expect([...answers.keys()].toSorted()).toEqual([...ERRORS, ...REST, ...CLOSES].toSorted());
  expect([...states.keys()].toSorted()).toEqual([...STATES].toSorted());
  for (const [what, count] of [...answers, ...states]) expect([what, count >= 20]).toEqual([what, true]);
  expect(Object.prototype).toEqual({});
  // They are the same frames on every machine, so the page can say what they reach.
  const byCount = [...answers].toSorted(([, a], [, b]) => b - a);
  const inOrder = STATES.map((state) => [state, states.get(state) ?? 0] as const);
  const rows = [...byCount, ...inOrder].map(([what, count]) => `| ${what} | ${count.toLocaleString("en")} |`);
  expect(toldInDocument(), `The rows of docs/testing.md are now:\n${rows.join("\n")}`).toEqual(rows);
});

/** The rows that docs/testing.md has of what was reached. */
function toldInDocument(): string[] {
  const section = read("docs/testing.md")
    .split("\n## ")
    .find((part) => part.startsWith("Hostile frames\n"));
  return (section ?? "")
    .split("\n")
    .filter((row) => /^\| .* \| [\d,]+ \|$/.test(row))
    .map((row) => `| ${cells(row).join(" | ")} |`.replaceAll("`", ""));
}

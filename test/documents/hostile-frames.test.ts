// What the hostile frames reach stands in docs/testing.md as it is: they are the same ones on every machine.
import { expect, test } from "vitest";
import { FRAMES, playHostile, STATES } from "../support/hostile/play.ts";
import { read } from "./documents.ts";
import { cells } from "./markdown.ts";

test(
  "docs/testing.md has how often hostile frames reach each answer and each state, as they do",
  { timeout: 60_000 },
  () => {
    const { answers, states } = playHostile(FRAMES);
    const byCount = [...answers].toSorted(([, a], [, b]) => b - a);
    const inOrder = STATES.map((state) => [state, states.get(state) ?? 0] as const);
    const rows = [...byCount, ...inOrder].map(
      ([what, count]) => `| ${what} | ${count.toLocaleString("en")} |`,
    );
    const section = read("docs/testing.md")
      .split("\n## ")
      .find((part) => part.startsWith("Hostile frames\n"));
    const told = (section ?? "")
      .split("\n")
      .filter((line) => /^\| .* \| [\d,]+ \|$/.test(line))
      .map((line) => `| ${cells(line).join(" | ")} |`.replaceAll("`", ""));
    expect(told, `The rows are now:\n${rows.join("\n")}`).toEqual(rows);
    expect(section).toContain(`${FRAMES.toLocaleString("en")} frames`);
  },
);

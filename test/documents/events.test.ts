// Every event that the log can have is explained to the operator, and no other.
import { expect, test } from "vitest";
import { FILES, read } from "./documents.ts";
import { cells } from "./markdown.ts";

const LEVELS: Readonly<Record<string, string>> = { error: "error", warn: "warning" };

test("docs/operating.md has each event of the log with its level, and no event that there is not", () => {
  const logged = FILES.filter(
    (path) => /^src\/.*\.ts$/.test(path) && !path.startsWith("src/client/"),
  ).flatMap((path) =>
    [...read(path).matchAll(/console\.(\w+)\(\s*\{\s*event: "([a-z-]+)"/g)].map(
      ([, level = "", event]) => `\`${event}\` ${LEVELS[level]}`,
    ),
  );
  const section = read("docs/operating.md")
    .split("\n## ")
    .find((part) => part.startsWith("Logs\n"));
  const told = (section ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => cells(line).slice(0, 2).join(" "));
  expect(told.toSorted()).toEqual([...new Set(logged)].toSorted());
  expect(told.length).toBeGreaterThan(8);
});

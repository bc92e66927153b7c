// Figures and lists that stand in two places agree, and what the README says of weight is weighed.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { CLOSE } from "../../src/protocol/messages.ts";
import { read, RULES } from "./documents.ts";
import { MUTANTS } from "../mutants/mutants.ts";
import { cells } from "./markdown.ts";

const rowsOf = (path: string): string[][] =>
  read(path)
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map(cells);

const withoutCommas = (text: string): string => text.replaceAll(/(?<=\d),(?=\d{3})/g, "");

test("each figure at the head of the README stands in the document that it leads to", () => {
  const rows = rowsOf("README.md").filter(([figure = ""]) => figure.startsWith("**"));
  expect(rows.length).toBe(3);
  const missing = rows.flatMap(([figure = "", text = ""]) => {
    const [, target = ""] = /\]\(([^)#]+)/.exec(text) ?? [];
    if (target === "") return [];
    const figures = `${figure} ${text}`.replaceAll(/\]\([^)]*\)/g, "").match(/\d[\d,.]*\d|\d{3,}/g) ?? [];
    const source = withoutCommas(read(target));
    return figures.filter((one) => !source.includes(withoutCommas(one)));
  });
  expect(missing).toEqual([]);
});

test("what things cost is in the README and in docs/operating.md as docs/cost.md has counted it", () => {
  const counted = rowsOf("docs/cost.md").map(([, ...bill]) => bill.join(" | "));
  const told = rowsOf("README.md").filter(([, ...bill]) => bill.length === 7 && /\d/.test(bill[0] ?? ""));
  expect(told.length).toBe(7);
  expect(told.filter(([, ...bill]) => !counted.includes(bill.join(" | ")))).toEqual([]);
  const [, messages = "none"] = /some ([\d,]+ messages)/.exec(read("docs/operating.md")) ?? [];
  expect(counted.some((bill) => bill.endsWith(`| ${messages}`))).toBe(true);
});

test("the client to take home is as light as the README says", async () => {
  const file = "src/client/chat-client.ts";
  const [, most = "0"] = /under ([\d,]+) bytes/.exec(read("README.md")) ?? [];
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  const bytes = gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
  console.log(`${file}: ${bytes} bytes, minified and gzipped.`);
  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThan(Number(most.replace(",", "")));
});

const number = (id: string): number => Number(id.slice(1));

test("docs/protocol.md has every rule of the delivery protocol, in the order of their ids", () => {
  const told = rowsOf("docs/protocol.md").flatMap(([id = ""]) => (/^P\d+$/.test(id) ? [id] : []));
  expect(told).toEqual(RULES.filter((id) => id.startsWith("P")).toSorted((a, b) => number(a) - number(b)));
});

test("docs/protocol.md has every code that a client can meet", () => {
  const codes = rowsOf("SPEC.md").flatMap(([code = "", , , , closes]) =>
    closes !== undefined && /^`[a-z-]+`$/.test(code) ? [code] : [],
  );
  const told = rowsOf("docs/protocol.md").map(([code = ""]) => code);
  const closes = Object.values(CLOSE).map((code) => `close ${code}`);
  expect(codes.length).toBeGreaterThan(5);
  expect([...codes, ...closes].filter((code) => !told.some((row) => row.includes(code)))).toEqual([]);
});

test("the README says how many differences from the demo there are", () => {
  const [, count = ""] = /\[([\w-]+) ways, each with its reason\]/.exec(read("README.md")) ?? [];
  const rows = rowsOf("docs/differences.md").filter(([, , test = ""]) => test.includes("`["));
  const names: Readonly<Record<string, number>> = {
    nineteen: 19,
    twenty: 20,
    "twenty-one": 21,
    "twenty-two": 22,
  };
  expect(names[count]).toBe(rows.length);
});

test("the README and docs/testing.md say how many named mutants there are, and how many tests notice", () => {
  const record = JSON.parse(read("test/mutants/recorded.json")) as Readonly<
    Record<string, { readonly laws: readonly string[] }>
  >;
  const noticed = Object.values(record).filter(({ laws }) => laws.length > 0).length;
  expect(noticed).toBe(MUTANTS.length);
  expect(read("README.md")).toContain(
    `Of ${MUTANTS.length} mutants, which break the code on purpose, tests notice ${noticed}.`,
  );
  expect(read("docs/testing.md")).toContain(
    `There are ${MUTANTS.length} named mutants, and tests notice all of them.`,
  );
});

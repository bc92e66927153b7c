// The client is as light as docs/client.md says of each of its parts, and the client to take home stays under its bound.
import { gzipSync } from "node:zlib";
import { build, type OutputFile } from "esbuild";
import { expect, test } from "vitest";
import { clientOptions } from "../../tools/page.ts";
import { read } from "./documents.ts";
import { cells } from "./markdown.ts";

/** What connects, resumes and sends again; the page has it, too. */
const CORE = "src/client/chat-socket.ts";
/** The client to take home. */
const CLIENT = "src/client/chat-client.ts";
const MOST_OF_THE_CLIENT = 5_000;

/** Bytes of an app that imports all of these, minified and gzipped. */
async function weightOf(...modules: readonly string[]): Promise<number> {
  const contents = modules.map((path) => `export * from "./${path}";`).join("\n");
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: "." },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  return gzipped(outputFiles);
}

const gzipped = (files: readonly OutputFile[]): number =>
  gzipSync(files[0]?.contents ?? "", { level: 9 }).length;

const rows = read("docs/client.md")
  .split("\n")
  .filter((line) => line.startsWith("| `src/client/"))
  .map(cells)
  .map(([path = "", told = ""]) => ({
    path: path.replaceAll("`", ""),
    told: Number(/[\d,]+/.exec(told)?.[0].replace(",", "")),
    isMore: told.includes("more"),
  }));

test("docs/client.md says of each part what it weighs, rounded up to the next hundred", async () => {
  expect(rows.map(({ path }) => path)).toEqual([
    CORE,
    CLIENT,
    ...["stream", "snapshots", "storage", "fake-room"].map((name) => `src/client/extras/${name}.ts`),
  ]);
  const client = await weightOf(CLIENT);
  const weighed = await Promise.all(
    rows.map(async ({ path, isMore }) => (isMore ? (await weightOf(CLIENT, path)) - client : weightOf(path))),
  );
  console.log(rows.map(({ path }, i) => `${path} ${weighed[i]}`).join(", "));
  expect(rows.map(({ told }) => told)).toEqual(weighed.map((bytes) => Math.ceil(bytes / 100) * 100));
});

test(`the client to take home is under ${MOST_OF_THE_CLIENT} bytes, also as /client.js, which says its version`, async () => {
  const { outputFiles } = await build({ ...(await clientOptions()), write: false });
  expect(gzipped(outputFiles)).toBeLessThan(MOST_OF_THE_CLIENT);
});

// `npm run audit`, with npm itself and a registry on this machine: what npm prints is read as npm prints it.
import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { type Exception, type Finding, judge, readExceptions, readReport } from "../../../tools/audit.ts";

let registry: Server | null = null;
afterEach(() => {
  registry?.close();
  registry = null;
});

/** Answers npm's question for advisories with these, by package, or with a status alone. Returns its address. */
async function serve(answer: number | Readonly<Record<string, readonly object[]>>): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const isQuestion = request.url === "/-/npm/v1/security/advisories/bulk";
      if (typeof answer === "number" || !isQuestion) {
        response.writeHead(typeof answer === "number" ? answer : 404).end();
        return;
      }
      const body = Buffer.concat(chunks);
      const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      const asked = Object.keys(JSON.parse(text.toString()) as object);
      const found = Object.entries(answer).filter(([name]) => asked.includes(name));
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify(Object.fromEntries(found)));
    });
  });
  registry = server;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function audit(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ["scripts/audit.ts", ...args]);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output };
}

const ADVISORY = {
  id: 1_000_001,
  url: "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
  title: "Frames are read twice",
  severity: "moderate",
  vulnerable_versions: "<=99.0.0",
  cwe: ["CWE-400"],
  cvss: { score: 5, vectorString: null },
};

describe("npm run audit", () => {
  test("names each advisory once that holds for a package of the lock file, and fails with 1", async () => {
    const address = await serve({ ws: [ADVISORY], "not-here": [ADVISORY] });
    const { code, output } = await audit("--registry", address);
    expect(output).toBe(
      "moderate: ws <=99.0.0: Frames are read twice (GHSA-aaaa-bbbb-cccc)\n" +
        "1 open: lift the package, or write into tools/audit-exceptions.json why it does no harm.\n",
    );
    expect(code).toBe(1);
  });

  test("leaves out what is milder than --audit-level", async () => {
    const address = await serve({ ws: [ADVISORY] });
    const { code, output } = await audit("--registry", address, "--audit-level", "high");
    expect([code, output]).toEqual([0, "Nothing is open from high on; 0 excused.\n"]);
  });

  test.each([405, 500])("fails with 3 and one sentence where the registry answers %i", async (status) => {
    const { code, output } = await audit("--registry", await serve(status));
    expect(output).toMatch(
      new RegExp(`^The registry told no advisories \\(.*${status}.*\\), so nothing is known .*\\n$`),
    );
    expect(code).toBe(3);
  });

  test("refuses a level that there is not", async () => {
    const { code, output } = await audit("--audit-level", "grave");
    expect([code, output]).toEqual([2, "--audit-level takes one of info, low, moderate, high, critical.\n"]);
  });
});

const FINDING: Finding = {
  package: "ws",
  advisory: "GHSA-aaaa-bbbb-cccc",
  severity: "high",
  title: "Frames are read twice",
  range: "<9",
};
const EXCEPTION: Exception = {
  package: "ws",
  advisory: "GHSA-aaaa-bbbb-cccc",
  reason: "Tests alone use it.",
  until: "2027-01-31",
};

describe("an exception", () => {
  test("holds for its advisory in its package, to its last day", () => {
    expect(judge([FINDING], [EXCEPTION], "low", "2027-01-31")).toEqual({
      open: [],
      excused: [{ finding: FINDING, exception: EXCEPTION }],
      stale: [],
    });
  });

  test.each([
    { what: "its day is over", exception: EXCEPTION, today: "2027-02-01" },
    { what: "it is of another package", exception: { ...EXCEPTION, package: "vite" }, today: "2027-01-01" },
    {
      what: "it is of another advisory",
      exception: { ...EXCEPTION, advisory: "GHSA-x" },
      today: "2027-01-01",
    },
  ])("does not where $what, and is called stale", ({ exception, today }) => {
    expect(judge([FINDING], [exception], "low", today)).toEqual({
      open: [FINDING],
      excused: [],
      stale: [exception],
    });
  });

  test.each(["", "{}", "[1]", '[{"package":"ws","advisory":"GHSA-x","until":"2027-01-31"}]'])(
    "without all of its fields is refused: %s",
    (text) => {
      expect(() => readExceptions(text)).toThrow("Each exception of tools/audit-exceptions.json has");
    },
  );

  test("is refused where its last day is no day", () => {
    const text = JSON.stringify([{ ...EXCEPTION, until: "soon" }]);
    expect(() => readExceptions(text)).toThrow("such as");
    expect(readExceptions(JSON.stringify([EXCEPTION]))).toEqual([EXCEPTION]);
  });
});

describe("what npm prints", () => {
  test("without a report is no answer, with npm's word where it has one", () => {
    expect(readReport("")).toEqual({ silent: "npm printed no report" });
    expect(readReport('{"error":{"code":"ENOTFOUND","summary":""}}')).toEqual({ silent: "ENOTFOUND" });
    expect(readReport('{"message":"405 Method Not Allowed","error":{"summary":""}}')).toEqual({
      silent: "405 Method Not Allowed",
    });
  });

  test("of an unknown severity counts as the worst", () => {
    const via = [{ name: "ws", url: "https://advisories.example/GHSA-x", severity: "odd" }, "other"];
    const output = JSON.stringify({ vulnerabilities: { ws: { via }, other: { via: ["ws"] } } });
    expect(readReport(output)).toMatchObject({ findings: [{ advisory: "GHSA-x", severity: "critical" }] });
  });
});

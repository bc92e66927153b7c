import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { ROOT } from "../../../tools/command.ts";
import { isSignedLoad } from "../../../src/http/load-signature.ts";
import { parseLoadToken } from "../../../src/http/load-token.ts";

const SECRET = "a-secret-that-no-output-may-show";

/** What `npm run load:token` runs, with this secret. */
function make(args: readonly string[], secret: string | undefined = SECRET) {
  const { LOAD_TOKEN_SECRET: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/load-token.ts", ...args], {
    cwd: ROOT,
    encoding: "utf8",
    timeout: 20_000,
    env: { ...env, ...(secret !== "" && { LOAD_TOKEN_SECRET: secret }) },
  });
  expect(stdout + stderr).not.toContain(secret || SECRET);
  return { status, stdout, stderr };
}

test("[C21] the command prints the token alone, for the users, hours and rooms that were asked for", async () => {
  const before = Math.floor(Date.now() / 1_000);
  const { status, stdout, stderr } = make(["--users", "7", "--hours", "2", "--prefix", "soak-"]);
  expect({ status, lines: stdout.split("\n").length }).toEqual({ status: 0, lines: 2 });
  const token = parseLoadToken(stdout.trim());
  if (token === null) throw new Error(`no token: ${stdout}`);
  expect(token.grant).toMatchObject({ users: 7, prefix: "soak-" });
  expect(token.grant.expires - before - 7_200).toBeGreaterThanOrEqual(0);
  expect(token.grant.expires - before - 7_200).toBeLessThan(60);
  expect(await isSignedLoad(SECRET, token.payload, token.signature)).toBe(true);
  expect(stderr).toContain("users 0 to 6");
  expect(parseLoadToken(make([]).stdout.trim())?.grant.id).not.toBe(token.grant.id);
});

test.each([
  { args: ["--users", "0"], says: "--users takes" },
  { args: ["--users", "1e3"], says: "--users takes" },
  { args: ["--users", "100001"], says: "--users takes" },
  { args: ["--hours", "169"], says: "--hours takes" },
  { args: ["--hours=-1"], says: "--hours takes" },
  { args: ["--prefix", "load"], says: "--prefix takes" },
  { args: ["--secret", "x"], says: "--secret" },
  { args: [], secret: "", says: "Set LOAD_TOKEN_SECRET" },
  { args: [], secret: "a-secret-that-is-one-too-short.", says: "Set LOAD_TOKEN_SECRET" },
])("[C21] the command refuses $args $secret with a sentence and code 2", ({ args, secret, says }) => {
  const { status, stdout, stderr } = make(args, secret);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(says);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

test("[C21] the command explains itself without a secret", () => {
  expect(make(["--help"], "")).toMatchObject({ status: 0, stderr: "" });
});

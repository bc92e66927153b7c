// Two processes of the host with half of a run each see together what one process sees alone. Counts only: times are the machine's.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { ROOT } from "../../../tools/command.ts";
import { mergeResults } from "../../../load/runner/merge.ts";
import { readResult, type RunResult } from "../../../load/runner/result.ts";
import { check } from "../../support/checker.ts";
import { fromLines } from "../../support/history.ts";
import { openTarget } from "../../../load/runner/targets.ts";

const SHAPE = ["--members", "12", "--senders", "3", "--rate", "15", "--duration", "2", "--warmup", "1"];

test("two halves, merged, count what one process counts", async () => {
  const folder = await mkdtemp(join(tmpdir(), "edge-chat-halves-"));
  const room = await openTarget({ kind: "local", url: "", cores: undefined, policy: undefined });
  onTestFinished(async () => {
    await room.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const play = async (name: string, args: readonly string[]): Promise<RunResult> => {
    const out = join(folder, name);
    const all = [
      "scripts/load.ts",
      "fanout",
      "--target",
      room.url,
      ...SHAPE,
      "--receivers",
      "3",
      "--out",
      out,
      ...args,
    ];
    // A busy machine makes late messages, and so a VOID: exit code 3.
    await promisify(execFile)(process.execPath, all, { cwd: ROOT }).catch((error: { code?: number }) =>
      expect(error.code).toBe(3),
    );
    return readResult(join(out, "result.json"));
  };
  const halves = await Promise.all([
    play("a", ["--run", "halves", "--segment", "0:1/2"]),
    play("b", ["--run", "halves", "--segment", "1/2:1"]),
  ]);
  const merged = mergeResults(halves, "");
  const whole = await play("whole", ["--run", "whole", "--history"]);
  const history = fromLines(await readFile(join(folder, "whole", "history-whole.jsonl"), "utf8"));
  expect(check(history).anomalies).toEqual([]);
  // Three senders saw each of the messages from the warm-up on, up to the sample of 200 each.
  expect(history.length).toBe(whole.counts.judged);
  expect(whole.notes.join()).toContain("npm run simulate -- --history");
  for (const { headline } of halves) expect(headline).toBeNull();
  expect(halves.map(({ counts }) => counts.joined)).toEqual([6, 6]);
  expect(merged.instances).toBe(2);
  for (const name of [
    "offered",
    "sent",
    "accepted",
    "joined",
    "expected",
    "delivered",
    "lost",
    "duplicate",
  ] as const) {
    expect(merged.counts[name], name).toBe(whole.counts[name]);
  }
  expect(merged.counts).toMatchObject({ offered: 45, joined: 12, expected: 540, delivered: 540 });
});

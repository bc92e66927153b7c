// A target that is killed in mid-run, on real processes: members come back by themselves, and what was said is delivered.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { outcomeOf } from "../../../load/lib/validity.ts";
import { runScenario } from "../../../load/runner/run.ts";
import { openTarget } from "../../../load/runner/targets.ts";

test("[D2] [D3] [D5] nothing is lost or doubled when the room's process is killed under its members", async () => {
  const folder = await mkdtemp(join(tmpdir(), "edge-chat-avalanche-"));
  try {
    const { result } = await runScenario({
      scenario: "avalanche",
      engine: { name: "node", version: process.version },
      env: {
        CHAT_MEMBERS: "12",
        CHAT_SENDERS: "3",
        CHAT_RATE: "30",
        CHAT_DURATION_S: "6",
        CHAT_WARMUP_S: "0",
        CHAT_DOWN_S: "0.3",
      },
      target: { kind: "local", url: "" },
      pinning: null,
      segment: null,
      folder,
      command: "the test",
      say: () => {},
    });
    const { counts, phases, histograms, verdict } = result;
    // Whoever else is on this machine may void the run; a law that is broken is another thing.
    expect(verdict.broken).toEqual([]);
    expect(outcomeOf(verdict)).not.toBe("BROKEN");
    expect(counts).toMatchObject({
      joined: 12,
      joinFailed: 0,
      stranded: 0,
      lost: 0,
      missed: 0,
      duplicate: 0,
    });
    expect(counts.delivered).toBe(30 * 6 * 12);
    expect(counts.dropped).toBeGreaterThanOrEqual(12);
    expect(histograms.comeback.count).toBe(counts.dropped);
    expect(phases.map(({ what }) => what)).toEqual(["members away", "target down"]);
    const [away, down] = phases;
    expect((down?.until ?? 0) - (down?.from ?? 0)).toBeGreaterThanOrEqual(300);
    expect(away?.until).toBeGreaterThan(down?.until ?? Infinity);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a server of another kind is killed and up again at its address", async () => {
  const target = await openTarget({ kind: "node-ws", url: "", cores: undefined, policy: undefined });
  try {
    const reach = (): Promise<number> =>
      fetch(target.url.replace(/^ws/, "http")).then(
        ({ status }) => status,
        () => 0,
      );
    expect(await reach()).toBe(405);
    const crash = target.crash?.(600);
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    expect(target.pid).toBe(null);
    expect(await reach()).toBe(0);
    await crash;
    expect(await reach()).toBe(405);
    expect(target.isRunning()).toBe(true);
  } finally {
    await target.stop();
  }
});

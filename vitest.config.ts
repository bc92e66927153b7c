import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { drawForWorkerd } from "./test/timeline/receiver.ts";

// Two worlds in one run: plain Node, and inside workerd, where the Durable Objects are real.

/**
 * For what waits or computes. It shares all cores, with a worker more than there are, since a quarter of the time is waiting. A worker
 * plays file after file: a new one for each would take a fifth of the time.
 */
const TOGETHER = { maxWorkers: availableParallelism() + 1, isolate: false };
/** For what measures time, or needs a machine to itself: file after file, when the others are done. */
const ALONE = { maxWorkers: 1 };

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], ...TOGETHER } },
      {
        test: { name: "property", include: ["test/property/**/*.test.ts"], testTimeout: 60_000, ...TOGETHER },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                ADMIN_TOKEN: "the-token-of-the-tests",
                LOAD_TOKEN_SECRET: "the-secret-that-signs-load-tokens-in-tests",
                RUNS: process.env.RUNS ?? "1",
              },
              serviceBindings: { TIMELINES: drawForWorkerd },
            },
          }),
        ],
        test: {
          name: "workerd",
          include: ["test/integration/workerd/**/*.test.ts"],
          testTimeout: 90_000,
          ...TOGETHER,
        },
      },
      {
        test: {
          name: "node",
          globalSetup: ["test/support/built-page.ts"],
          include: ["test/integration/node/**/*.test.ts"],
          ...TOGETHER,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "faults",
          include: ["test/faults/**/*.test.ts"],
          ...ALONE,
          testTimeout: 200_000,
        },
      },
      {
        test: {
          name: "load",
          include: ["test/load/**/*.test.ts"],
          ...TOGETHER,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: "documents", include: ["test/documents/**/*.test.ts"], ...TOGETHER } },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          exclude: ["test/browser/burst.test.ts"],
          globalSetup: ["test/browser/browser.ts"],
          // Side by side: most of their time is waiting.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "burst",
          include: ["test/browser/burst.test.ts"],
          globalSetup: ["test/browser/browser.ts"],
          ...ALONE,
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});

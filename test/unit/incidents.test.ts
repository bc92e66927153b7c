// What has gone wrong is told in counts, a line a minute.
import { expect, test } from "vitest";
import { IncidentLog, LINE_MS } from "../../src/room/incidents.ts";

test("the first incident is told at once, and those of the next minute together with the first one behind it", () => {
  const log = new IncidentLog();
  log.add("429");
  expect(log.due(5_000)).toEqual({ seconds: 0, counts: { 429: 1 } });
  log.add("429", 2);
  expect(log.due(6_000)).toBeNull();
  log.add("403");
  expect(log.due(5_000 + LINE_MS - 1)).toBeNull();
  log.add("429");
  expect(log.due(5_000 + LINE_MS)).toEqual({ seconds: 59, counts: { 429: 3, 403: 1 } });
  log.add("403");
  expect(log.due(5_000 + 2 * LINE_MS)).toEqual({ seconds: 0, counts: { 403: 1 } });
});

test("a line leaves with an incident alone, and none with nothing in it", () => {
  const log = new IncidentLog(0);
  log.add("429", 0);
  expect(log.due(LINE_MS)).toBeNull();
  log.add("429");
  expect(log.due(LINE_MS - 1)).toBeNull();
  expect(log.due(9 * LINE_MS)).toBeNull();
  log.add("429");
  expect(log.due(9 * LINE_MS)).toEqual({
    seconds: Math.floor((8 * LINE_MS + 1) / 1_000),
    counts: { 429: 2 },
  });
});

test("a million incidents within an hour are sixty lines, and each is counted once", () => {
  const log = new IncidentLog();
  let lines = 0;
  let counted = 0;
  for (let now = 0; now <= 3_600_000; now += 36) {
    log.add("403", 10);
    const incidents = log.due(now);
    if (incidents === null) continue;
    lines += 1;
    counted += incidents.counts[403] ?? 0;
  }
  expect(lines).toBe(60);
  expect(counted).toBeGreaterThan(980_000);
});

test("a clock that goes back keeps a line for a minute, and counts no time below nothing", () => {
  const log = new IncidentLog(10 * LINE_MS);
  log.add("429");
  expect(log.due(10 * LINE_MS)).toBeNull();
  log.add("429");
  expect(log.due(0)).toBeNull();
  log.add("429");
  expect(log.due(LINE_MS)).toEqual({ seconds: 0, counts: { 429: 3 } });
});

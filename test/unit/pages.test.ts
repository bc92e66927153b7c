// How many pages of history an address may ask for.
import { expect, test } from "vitest";
import { Pages } from "../../src/room/pages.ts";
import { DELIVERY, RoomMachine, sent } from "../support/room-machine.ts";

const NOW = 1_763_900_000_000;

test("[P5] connections of one address share their pages, and so do those that come one after the other", () => {
  const machine = new RoomMachine();
  machine.join("one", DELIVERY);
  machine.join("two", { ...DELIVERY, client: "two" });
  const ask = (name: string): unknown => sent(machine.say(name, { history: { before: 9 } }))[0]?.[1];
  for (let i = 0; i < 20; i++) expect(ask(i % 2 === 0 ? "one" : "two")).toHaveProperty("history");
  expect([ask("one"), ask("two")]).toEqual(
    Array.from({ length: 2 }, () => ({ refused: { code: "rate-limited", retryAfter: 250 } })),
  );
  machine.close("two");
  machine.join("three", { ...DELIVERY, client: "three" });
  expect(ask("three")).toHaveProperty("refused");
});

test("[P5] another address has its own pages", () => {
  const pages = new Pages();
  for (let i = 0; i < 20; i++) expect(pages.take("a", NOW)).toBe(0);
  expect([pages.take("a", NOW), pages.take("b", NOW)]).toEqual([250, 0]);
});

test("[D12] a thousand addresses are remembered, and who asked longest ago is forgotten first", () => {
  const pages = new Pages();
  const spend = (identity: string): void => {
    for (let i = 0; i < 20; i++) pages.take(identity, NOW);
  };
  spend("old");
  spend("new");
  for (let i = 0; i < 998; i++) pages.take(`${i}`, NOW);
  expect(pages.take("new", NOW)).toBe(250);
  pages.take("one more", NOW);
  expect(pages.take("new", NOW)).toBe(250);
  expect(pages.take("old", NOW)).toBe(0);
});

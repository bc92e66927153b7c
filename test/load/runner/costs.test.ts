import { expect, test } from "vitest";
import { billOf, sayCosts } from "../../../scripts/load/cost.ts";
import { fixture } from "./fixture.ts";

test("the bill of a run that was made is that of its plan, a million deliveries, and how many the free plan carries", () => {
  const { counts } = fixture();
  const { requests, rowsWritten } = billOf({ joins: 100, messages: 6_000, protocol: "delivery" });
  const said = sayCosts(counts, "delivery");
  expect(said).toContain(`about ${requests} requests and ${rowsWritten.toLocaleString("en")} rows written`);
  // 600,000 deliveries.
  expect(said).toContain(`${Math.round(rowsWritten / 0.6).toLocaleString("en")} a million deliveries`);
  expect(said).toContain(`carries ${Math.floor(100_000 / rowsWritten)} of them a day`);
});

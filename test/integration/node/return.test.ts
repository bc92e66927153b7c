// Everybody behind one address comes back at once, as after a redeploy: the limit lets them.
import { expect, test } from "vitest";
import { Crowd } from "../../support/crowd.ts";
import { serve, UNLIMITED } from "../../support/fault-server.ts";
import { until } from "../../support/until.ts";

const PEOPLE = 30;
const BACK_MS = 10_000;

test.each([
  { whose: "the default", vars: {} },
  { whose: "the demo's", vars: { RATE_PERIOD_MS: "5000", RATE_BURST: "5" } },
])(
  `[L3] [P10] ${PEOPLE} people behind one address are back within ${BACK_MS / 1_000} s after a redeploy, with $whose limit`,
  async ({ whose, vars }) => {
    // They have been here for long: nothing is owed for having come.
    const server = await serve(`return-${whose.replaceAll(/\W/g, "-")}`, { vars: UNLIMITED });
    const crowd = await Crowd.gather(server.url, "return", { people: PEOPLE, classics: 0 });
    const cut = Date.now();
    await server.restart({ vars });
    const statuses = (): string[] => crowd.people.map(({ status }) => status);
    const isBack = (): boolean => crowd.people.every(({ losses, status }) => losses > 0 && status === "live");
    await until(isBack, () => `everybody back: ${statuses().join(", ")}`);
    const ms = Date.now() - cut;
    console.log(`${PEOPLE} people are back after ${ms} ms, with ${whose} limit`);
    crowd.leave();
    expect(ms).toBeLessThan(BACK_MS);
  },
);

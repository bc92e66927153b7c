// What a run would be billed for where the room is deployed, as a table. Pure.
import { accountOf, aMillion, money } from "./cost.ts";
import { escape } from "./charts.ts";
import { READ_ON, SOURCES } from "./prices.ts";
import { row, section, table } from "./report-page.ts";
import type { RunResult } from "./result.ts";
import { whole } from "./scales.ts";

type Billed = Pick<RunResult, "counts" | "parameters" | "rooms" | "windowMs">;

/** From the first message to the last: the warm-up is paid for, too. */
const secondsOf = ({ parameters, windowMs }: Billed): number =>
  Number(parameters.CHAT_WARMUP_S ?? 0) + windowMs / 1_000;

const amountOf = (amount: number, unit: string): string =>
  `${amount >= 100 ? whole(amount) : Number(amount.toPrecision(3))} ${unit}`.trim();

export function billSection(result: Billed): string {
  const { counts, parameters, rooms } = result;
  const protocol = parameters.CHAT_PROTOCOL === "classic" ? "classic" : "delivery";
  const { items, dollars, runs, limit } = accountOf({ counts, protocol, rooms, seconds: secondsOf(result) });
  const rows = items.map((item) =>
    row([
      item.name,
      amountOf(item.amount, item.unit),
      money(item.dollars),
      amountOf(aMillion(item, counts.delivered), item.unit),
      amountOf(item.freeADay, item.unit),
    ]),
  );
  const head = ["", "this run", "price a million", "a million deliveries take", "free plan, a day"];
  const carried =
    runs === 0
      ? `The free plan does not carry it in a day: ${limit} end first`
      : `The free plan carries ${whole(runs)} of them a day, ${whole(runs * counts.delivered)} deliveries, until ${limit} end it`;
  const lead = `Deployed, by what was counted: ${money(dollars)} a million deliveries, beyond what the paid plan includes. ${carried}.`;
  const basis = `Prices were read on ${READ_ON} at ${SOURCES.join(" and ")}. Each message's row is also counted as deleted, and duration as if no room ever slept.`;
  return section("Bill", lead, `${table(head, rows)}<p class="lead basis">${escape(basis)}</p>`);
}

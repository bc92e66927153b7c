// test/timeline/drawn.ts for the inside of workerd: Node draws, because there is no disk here.
import { env } from "cloudflare:workers";
import { check } from "../../support/checker.ts";
import type { HistoryEvent } from "../../support/history.ts";
import type { Verdict } from "../../support/verdict.ts";

/** Judges a history; `picture` says where its picture lies, and is "" where nothing is wrong. `title` names the picture. */
export async function checkDrawn(
  history: readonly HistoryEvent[],
  title: string,
): Promise<Verdict & { readonly picture: string }> {
  const { anomalies, counts } = check(history);
  if (anomalies.length === 0) return { anomalies, counts, picture: "" };
  const body = JSON.stringify({ title, history });
  const drawn = await env.TIMELINES.fetch("http://timelines/", { method: "POST", body });
  return { anomalies, counts, picture: await drawn.text() };
}

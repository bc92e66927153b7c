// The checker's verdict on a history of a real floor, and a picture where it finds something.
import { check } from "../support/checker.ts";
import type { HistoryEvent } from "../support/history.ts";
import { tellAnomaly, type Verdict } from "../support/verdict.ts";
import { keepPage } from "./keep.ts";
import { timelinePage } from "./page.ts";

export interface DrawnVerdict extends Verdict {
  /** The sentence that says where the picture lies; "" where nothing is wrong. */
  readonly picture: string;
}

/** Judges a history, and draws it where there is an anomaly. `title` names the picture. */
export function checkDrawn(history: readonly HistoryEvent[], title: string): DrawnVerdict {
  const { anomalies, counts } = check(history);
  const picture =
    anomalies.length === 0 ? "" : keepPage(title, timelinePage(history, { anomalies }, { title }));
  return { anomalies, counts, picture };
}

/** The same, for tests: throws an Error that names every anomaly and its law, and the picture. */
export function assertDrawn(history: readonly HistoryEvent[], title: string): Verdict {
  const verdict = checkDrawn(history, title);
  if (verdict.anomalies.length === 0) return verdict;
  throw new Error([...verdict.anomalies.map(tellAnomaly), verdict.picture].join("\n"));
}

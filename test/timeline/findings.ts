// What is wrong with a run, and which of the things that happened are about it: the story of one anomaly.
import type { Anomaly } from "../support/verdict.ts";
import type { Happening } from "./trace.ts";
import { clientOf, textsOf } from "./words.ts";

/** A broken law. `kind` is the checker's word, where it is the checker who speaks. */
export interface Finding {
  readonly law: string;
  readonly kind: Anomaly["kind"] | null;
  readonly what: string;
}

const KINDS = /^(lost|duplicate|reordered|phantom|inconsistent|gap): /;

/** Reads a complaint: "[D2] lost: ...", or "[D8] ..." of a judge who knows no kinds. Without a law, `law` is "". */
export function findingOf(complaint: string): Finding {
  const [head = "", law = ""] = /^\[(\w+)\] /.exec(complaint) ?? [];
  const said = complaint.slice(head.length);
  const [prefix = "", kind] = KINDS.exec(said) ?? [];
  return { law, kind: (kind as Anomaly["kind"] | undefined) ?? null, what: said.slice(prefix.length) };
}

/** What somebody has to look at to understand a finding, as places in the list of happenings, oldest first. */
export function storyOf({ law, what }: Finding, happenings: readonly Happening[]): readonly number[] {
  const texts = [...what.matchAll(/"([^"]+)"/g)].map(([, text = ""]) => text);
  const words = new Set(what.split(/[^\w/]+/));
  const isAbout = (happening: Happening): boolean => {
    switch (happening.type) {
      case "flight":
        return texts.some((text) => happening.text.includes(JSON.stringify(text)));
      case "told":
        return texts.length > 0
          ? textsOf(happening.event).some((text) => texts.includes(text))
          : words.has(clientOf(happening.event) ?? "");
      case "mark":
        return happening.kind === "accepted" ? law.startsWith("L") : isFault(happening.kind);
      case "holding":
        return words.has(happening.lane) && texts.length === 0 && law === "D8";
      default:
        return happening satisfies never;
    }
  };
  return happenings.flatMap((happening, i) => (isAbout(happening) ? [i] : []));
}

const isFault = (kind: string): boolean => ["crash", "clock", "refused", "sleep"].includes(kind);

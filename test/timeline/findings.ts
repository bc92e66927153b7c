// What is wrong with a run, and which of the things that happened are about it: the story of one anomaly.
import type { Anomaly } from "../support/verdict.ts";
import type { Happening, Mark } from "./trace.ts";
import { textsOf } from "./words.ts";

/** A broken law. `kind` is the checker's word, where it is the checker who speaks. */
export interface Finding {
  readonly law: string;
  readonly kind: Anomaly["kind"] | null;
  readonly what: string;
}

const KINDS = /^(lost|duplicate|reordered|phantom|inconsistent|gap): /;
/** The longest story that is told whole: its end is what counts. */
const LONGEST = 60;

/** Reads a complaint: "[D2] lost: ...", or "[D8] ..." of a judge who knows no kinds. Without a law, `law` is "". */
export function findingOf(complaint: string): Finding {
  const [head = "", law = ""] = /^\[(\w+)\] /.exec(complaint) ?? [];
  const said = complaint.slice(head.length);
  const [prefix = "", kind] = KINDS.exec(said) ?? [];
  return { law, kind: (kind as Anomaly["kind"] | undefined) ?? null, what: said.slice(prefix.length) };
}

/** What somebody has to look at to understand a finding, as places in the list of happenings, oldest first. */
export function storyOf(finding: Finding, happenings: readonly Happening[]): readonly number[] {
  const isAbout = finding.law.startsWith("L") ? aboutRate(finding) : aboutMessages(finding, happenings);
  const about = happenings.flatMap((happening, i) => (isAbout(happening) ? [i] : []));
  const rooms = new Set(about.flatMap((i) => roomOf(happenings[i]) ?? []));
  // The log of another room says nothing.
  const story = about.filter((i) => !isElsewhere(happenings[i], rooms));
  const [first, last] = [story[0] ?? 0, story.at(-1) ?? -1];
  const lanes = new Set(happenings.filter((_, i) => story.includes(i)).flatMap(lanesOf));
  // What broke meanwhile, where it happened, is part of it.
  const broke = happenings.flatMap((happening, i) =>
    i > first && i < last && isFault(happening) && (happening.lane === null || lanes.has(happening.lane))
      ? [i]
      : [],
  );
  return [...story, ...broke].toSorted((a, b) => a - b).slice(-LONGEST);
}

/** The room of what somebody was told; a log alone does not make a room part of a story. */
const roomOf = (happening: Happening | undefined): string | undefined =>
  happening?.type === "told" && happening.event.type !== "log" ? happening.room : undefined;

const isElsewhere = (happening: Happening | undefined, rooms: ReadonlySet<string>): boolean => {
  if (happening?.type !== "told") return false;
  // Where no room is named, a log with nothing in it says nothing.
  if (rooms.size === 0) return happening.event.type === "log" && happening.event.messages.length === 0;
  return !rooms.has(happening.room);
};

/** The lanes in which something happens. */
export function lanesOf(happening: Happening): readonly string[] {
  switch (happening.type) {
    case "flight":
      return [happening.from, happening.to];
    case "told":
      return [happening.lane, happening.room];
    case "mark":
      return [happening.lane, happening.who].filter((lane) => lane !== null);
    case "holding":
      return [happening.lane];
    default:
      return happening satisfies never;
  }
}

const isFault = (happening: Happening): happening is Mark =>
  happening.type === "mark" && ["crash", "clock", "refused", "sleep"].includes(happening.kind);

/** By the texts that the finding quotes; where it quotes none, by the clients that it names. */
function aboutMessages(
  { law, what }: Finding,
  happenings: readonly Happening[],
): (happening: Happening) => boolean {
  // A text may have quotes itself, so it is looked for, and not cut out.
  const all = happenings.flatMap((happening) => (happening.type === "told" ? textsOf(happening.event) : []));
  const texts = [...new Set(all)].filter((text) => what.includes(`"${text}"`));
  const names = new Set(what.split(/[^\w/]+/).map((name) => name.split("/")[0]));
  const isNamed = (lane: string): boolean => names.has(lane) || (lane.includes(" ") && what.includes(lane));
  const isLog = what.includes("the log");
  return (happening) => {
    switch (happening.type) {
      case "flight":
        if (law === "D8") return isNamed(happening.to) && PRESENCE.test(happening.text);
        return texts.some((text) => happening.text.includes(JSON.stringify(text)));
      case "told":
        if (happening.event.type === "log" && isLog) return true;
        return texts.length > 0
          ? textsOf(happening.event).some((text) => texts.includes(text))
          : isNamed(happening.lane);
      case "holding":
        return law === "D8" && isNamed(happening.lane) && isAboutPeople(happening.name);
      case "mark":
        return false;
      default:
        return happening satisfies never;
    }
  };
}

/** Frames that say who is here. */
const PRESENCE = /"(presence|roster|joined|quit)":/;

const isAboutPeople = (name: string): boolean => ["roster", "members", "believes to be here"].includes(name);

const SPENT = /(message|join)s of (\S+?)[ :]/;
const limiterOf = (address: string): string => `limiter of ${address}`;

/** The lanes that matter to a finding: those of its story, and the limiter, also where nobody asked it. */
export function lanesFor({ what }: Finding, story: readonly Happening[]): readonly string[] {
  const [, , address] = SPENT.exec(what) ?? [];
  return [...story.flatMap(lanesOf), ...(address === undefined ? [] : [limiterOf(address)])];
}

/** What was accepted of the address, and how its budget moved, until the law was broken. */
function aboutRate({ what }: Finding): (happening: Happening) => boolean {
  const [, kind = "", address = ""] = SPENT.exec(what) ?? [];
  const until = Number(/\bat (\d+(\.\d+)?)/.exec(what)?.[1] ?? Infinity);
  const limiter = limiterOf(address);
  return (happening) => {
    if (happening.at > until) return false;
    if (happening.type === "flight") return happening.from === limiter || happening.to === limiter;
    if (happening.type !== "mark") return false;
    if (happening.kind === "clock") return true;
    return happening.kind === "accepted" && happening.text.includes(`a ${kind} of ${address}`);
  };
}

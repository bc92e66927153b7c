// Steps of a scenario in words, for pictures: what happens, and to whom.
import { LIMITERS, type Step } from "./scenario.ts";

/** The lane in which a step happens; null: everywhere. */
export function laneOf(step: Step, people: readonly { readonly name: string }[]): string | null {
  if ("who" in step) return people[step.who]?.name ?? null;
  if ("room" in step) return `room ${step.room}`;
  return "object" in step && step.object !== LIMITERS ? `room ${step.object}` : null;
}

const NOTICES = {
  both: "and both sides know",
  client: "and only the client knows",
  room: "and only the room knows",
  nobody: "and nobody knows",
};

export function tellStep(step: Step): string {
  switch (step.do) {
    case "start":
      return "comes";
    case "stop":
      return "goes";
    case "reload":
      return "reloads the page";
    case "history":
      return "asks for older messages";
    case "repeat":
      return "sends its newest message again";
    case "say":
      return `says ${step.times} ${step.times === 1 ? "thing" : "things"}`;
    case "say too much":
      return "says something too long";
    case "junk":
      return `sends junk: ${step.frame}`;
    case "cut":
      return `its connection breaks, ${NOTICES[step.notice]}`;
    case "network":
      return step.isOnline ? `its network is there, ${step.latency} ms away` : "its network is gone";
    case "advance":
      return `${step.ms} ms pass`;
    case "crash":
      return `the server is killed${step.downMs > 0 ? `, and is down for ${step.downMs} ms` : ""}`;
    case "die":
      return step.object === LIMITERS ? "all limiters die" : "the room dies";
    case "disk":
      return tellDisk(step);
    case "calls":
      return tellCalls(step);
    case "reach":
      return step.isReachable ? "limiters can reach it" : "no limiter can reach it";
    case "clock":
      return `${step.object === LIMITERS ? "the limiters' clock" : "its clock"} jumps by ${step.ms} ms`;
    case "hibernate":
      return "may sleep";
    case "erase":
      return "is erased by its operator";
    case "depart":
      return "all classic connections break";
    case "ring":
      return "its alarm rings once more, or too early";
    default:
      return step satisfies never;
  }
}

function tellDisk({ object, fault, latency }: Extract<Step, { do: "disk" }>): string {
  const whose = object === LIMITERS ? "the limiters' disks" : "its disk";
  const fails = {
    write: ", and refuses the next write",
    commit: ", and fails the next commit",
    start: ", and the next start fails",
    sync: ", and the next wait for it does not end",
  };
  return `${whose} takes ${latency} ms${fault === null ? "" : fails[fault]}`;
}

function tellCalls({ fault, latency }: Extract<Step, { do: "calls" }>): string {
  const fates = { lost: "is lost", fails: "fails", late: "is late", twice: "comes twice" };
  return `calls take ${latency} ms${fault === null ? "" : `; the next ${fault.leg} ${fates[fault.fate]}`}`;
}

// What a run is asked to do: CHAT_ variables in, a typed value out. An unknown or bad one is an Error with a sentence.
import { ARRIVALS, type Arrivals } from "./arrivals.ts";
import { MAX_SIZE, MIN_SIZE } from "./stamps.ts";

export const SCENARIOS = [
  "smoke",
  "fanout",
  "rooms",
  "join-storm",
  "reconnect-storm",
  "jitter",
  "avalanche",
  "abuse",
  "soak",
  "calibrate",
] as const;
/** `climb` is not run by itself: it is what npm run bench does with each server. */
export type Scenario = (typeof SCENARIOS)[number] | "climb";

const PROTOCOLS = ["classic", "delivery", "both"] as const;
/** `both`: rooms speak classic and delivery in turn. */
export type Protocol = (typeof PROTOCOLS)[number];

/** Every parameter of every scenario; one that a scenario does not have stands at its default and does nothing. */
export interface Parameters {
  readonly scenario: Scenario;
  /** ws:// or wss://, without a path. */
  readonly target: string;
  readonly protocol: Protocol;
  readonly rooms: number;
  /** Sockets of a room, its senders among them; in `rooms`, of all rooms together. */
  readonly members: number;
  readonly senders: number;
  /** Messages a second and room. */
  readonly rate: number;
  /** How messages come, and from which seed their moments follow. */
  readonly arrivals: Arrivals["kind"];
  readonly seed: number;
  /** UTF-16 units of a message. */
  readonly size: number;
  readonly warmupS: number;
  readonly durationS: number;
  /** How long to wait for what is still under way. */
  readonly drainS: number;
  /** Virtual users that receive; one more sends. */
  readonly receivers: number;
  readonly joinRate: number;
  readonly joinTimeoutS: number;
  /** One message in so many is read: its times and its bytes. All are counted. */
  readonly sample: number;
  /** Threshold for the 99th percentile of latency. */
  readonly p99Ms: number;
  /** Names the rooms; several instances of one run need the same. "" takes a new one. */
  readonly run: string;
  /** A signed token for a deployed target, or "". */
  readonly token: string;
  /** Members of a room that come from one address: a limiter each costs a server of one disk more than all else of a join. */
  readonly perAddress: number;
  /** File for the tally, or "". */
  readonly out: string;
  /** 1: each virtual user says once a second how far it is. 2: and what it saw in the newest seconds. */
  readonly progress: number;
  /** 1: where the judged history has an anomaly, it is logged event by event. 2: in any case. */
  readonly history: number;
  /** The storms: within how many seconds all join, or come back. */
  readonly stormS: number;
  /** jitter: for how long each receiver is cut, and how often. */
  readonly cutS: number;
  readonly everyS: number;
  /** avalanche: for how long the target stays down. */
  readonly downS: number;
  /** abuse: the abuser's rate and sockets. */
  readonly abuseRate: number;
  readonly abuseSockets: number;
  /** The target's policy (RATE_PERIOD_MS, RATE_BURST): what abuse is held against, and whether a deployed room would refuse a plan. */
  readonly periodMs: number;
  readonly burst: number;
  /** climb: how long a step is, how far each is above the one before, and how near the end comes to the knee. */
  readonly stepS: number;
  readonly factor: number;
  readonly precision: number;
}

type Value = string | number;
interface Field {
  readonly name: keyof Parameters;
  readonly standard: Value;
  /** What it must be, as the sentence says it. */
  readonly wants: string;
  /** The value, or null where it is none. */
  readonly read: (text: string) => Value | null;
}

const whole = (name: keyof Parameters, standard: number, least: number, most: number): Field => ({
  name,
  standard,
  wants: `a whole number from ${least} to ${most}`,
  read: (text) => (/^\d{1,9}$/.test(text) && +text >= least && +text <= most ? Number(text) : null),
});
const decimal = (name: keyof Parameters, standard: number, least: number, most: number): Field => ({
  name,
  standard,
  wants: `a number from ${least} to ${most}`,
  read: (text) => (/^\d{1,9}(\.\d{1,6})?$/.test(text) && +text >= least && +text <= most ? +text : null),
});
const text = (name: keyof Parameters, wants: string, shape: RegExp, standard = ""): Field => ({
  name,
  standard,
  wants,
  read: (value) => (shape.test(value) ? value : null),
});

const COMMON: Readonly<Record<string, Field>> = {
  CHAT_TARGET: text("target", "an address such as ws://127.0.0.1:8787", /^(ws|http)s?:\/\/[^/\s]+\/?$/),
  CHAT_PROTOCOL: text("protocol", PROTOCOLS.join(", "), /^(classic|delivery|both)$/, "delivery"),
  CHAT_ROOMS: whole("rooms", 1, 1, 10_000),
  CHAT_MEMBERS: whole("members", 100, 2, 60_000),
  CHAT_SENDERS: whole("senders", 10, 1, 10_000),
  CHAT_RATE: decimal("rate", 100, 0.01, 100_000),
  CHAT_ARRIVALS: text("arrivals", ARRIVALS.join(", "), /^(metronome|poisson|bursts)$/, "metronome"),
  CHAT_SEED: whole("seed", 1, 0, 999_999_999),
  CHAT_SIZE: whole("size", 100, MIN_SIZE, MAX_SIZE),
  CHAT_WARMUP_S: whole("warmupS", 2, 0, 600),
  CHAT_DURATION_S: whole("durationS", 10, 1, 86_400),
  CHAT_DRAIN_S: whole("drainS", 5, 1, 120),
  CHAT_RECEIVERS: whole("receivers", 1, 1, 256),
  CHAT_JOIN_RATE: whole("joinRate", 500, 1, 100_000),
  CHAT_JOIN_TIMEOUT_S: whole("joinTimeoutS", 30, 1, 600),
  CHAT_SAMPLE: whole("sample", 1, 1, 100_000),
  CHAT_P99_MS: whole("p99Ms", 1_000, 1, 600_000),
  CHAT_RUN: text("run", "1 to 16 lower-case letters and digits", /^[a-z0-9]{1,16}$/),
  CHAT_TOKEN: text("token", "a token without blanks", /^\S+$/),
  CHAT_PER_ADDRESS: whole("perAddress", 1, 1, 100_000),
  CHAT_PERIOD_MS: whole("periodMs", 1_000, 1, 3_600_000),
  CHAT_BURST: whole("burst", 20, 1, 1_000_000),
  CHAT_PROGRESS: whole("progress", 0, 0, 2),
  CHAT_HISTORY: whole("history", 0, 0, 2),
  CHAT_OUT: text("out", "the path of a file", /^.+$/),
};
const STORM = { CHAT_STORM_S: whole("stormS", 2, 1, 600) };
const JITTER = { CHAT_CUT_S: decimal("cutS", 2, 0.1, 600), CHAT_EVERY_S: decimal("everyS", 15, 1, 3_600) };
const AVALANCHE = { CHAT_DOWN_S: decimal("downS", 1, 0, 60) };
const ABUSE = {
  CHAT_ABUSE_RATE: decimal("abuseRate", 50, 0.1, 10_000),
  CHAT_ABUSE_SOCKETS: whole("abuseSockets", 3, 1, 50),
};
const CLIMB = {
  CHAT_STEP_S: whole("stepS", 3, 1, 60),
  CHAT_FACTOR: decimal("factor", 2, 1.05, 10),
  CHAT_PRECISION: decimal("precision", 1.15, 1.01, 10),
};

/** What only some scenarios know. */
const EXTRA: Readonly<Partial<Record<Scenario, Readonly<Record<string, Field>>>>> = {
  "join-storm": STORM,
  "reconnect-storm": STORM,
  jitter: JITTER,
  avalanche: AVALANCHE,
  abuse: ABUSE,
  climb: CLIMB,
};

const EVEN: readonly string[] = ["CHAT_ARRIVALS", "CHAT_SEED"];
/**
 * What some do not: a climb fills one room, and its quiet part is its warm-up. All members are its own, and up to 100 of them
 * speak in turn: the step that buries one of them fails, whichever it is. Where a limit, a silence or a ceiling is asked about, a metronome asks.
 */
const WITHOUT: Readonly<Partial<Record<Scenario, readonly string[]>>> = {
  abuse: EVEN,
  soak: EVEN,
  calibrate: EVEN,
  climb: ["CHAT_ROOMS", "CHAT_WARMUP_S", "CHAT_SENDERS", "CHAT_RECEIVERS", ...EVEN],
};

/** What a scenario wants otherwise, unless it is told. */
const STANDARD: Readonly<Partial<Record<Scenario, Partial<Parameters>>>> = {
  smoke: { protocol: "both", rooms: 2, members: 2, senders: 1, rate: 10, durationS: 1, warmupS: 0 },
  rooms: { rooms: 10 },
  "join-storm": { members: 200, senders: 1, rate: 5, sample: 1 },
  "reconnect-storm": { durationS: 15, rate: 20 },
  jitter: { durationS: 45, rate: 20 },
  // What was said while the target was down comes late, and is not slow for that.
  avalanche: { members: 1_000, rate: 10, durationS: 20, p99Ms: 60_000 },
  // The victims keep to the limit: 20 senders at 0.2 messages a second each.
  abuse: { members: 40, senders: 20, rate: 4, durationS: 20 },
  // Over 10 seconds of silence before each message: the room has gone to sleep.
  soak: { members: 20, senders: 2, rate: 0.08, durationS: 120, warmupS: 0 },
  calibrate: { rate: 2_000, durationS: 20 },
  climb: { warmupS: 0, durationS: 240, p99Ms: 100, receivers: 0 },
};

const ALL = { ...COMMON, ...STORM, ...JITTER, ...AVALANCHE, ...ABUSE, ...CLIMB };

const fieldsOf = (scenario: Scenario): Readonly<Record<string, Field>> =>
  Object.fromEntries(
    Object.entries({ ...COMMON, ...EXTRA[scenario] }).filter(
      ([name]) => WITHOUT[scenario]?.includes(name) !== true,
    ),
  );

/** The CHAT_ names that a scenario knows. */
export const namesOf = (scenario: Scenario): string[] => Object.keys(fieldsOf(scenario));

/** Reads the environment of a run. Throws an Error that says which variable to set to what. */
export function readParameters(
  scenario: Scenario,
  env: Readonly<Record<string, string | undefined>>,
): Parameters {
  const known = fieldsOf(scenario);
  const standard: Readonly<Partial<Record<keyof Parameters, Value>>> = STANDARD[scenario] ?? {};
  const values: Partial<Record<keyof Parameters, Value>> = { scenario };
  for (const { name, standard: usual } of Object.values(ALL)) values[name] = standard[name] ?? usual;
  for (const [variable, given] of Object.entries(env)) {
    if (!variable.startsWith("CHAT_") || given === undefined) continue;
    const field = known[variable];
    if (field === undefined) throw new Error(unknown(scenario, variable));
    const value = field.read(given);
    // A token stays secret where it is wrong.
    const told = field.name === "token" ? "another" : `"${given}"`;
    if (value === null) throw new Error(`Set ${variable} to ${field.wants}; it is ${told}.`);
    values[field.name] = value;
  }
  const parameters = values as unknown as Parameters;
  if (parameters.target === "") throw new Error("Set CHAT_TARGET to an address such as ws://127.0.0.1:8787.");
  return checked({
    ...parameters,
    senders: sendersOf(parameters, env.CHAT_SENDERS !== undefined),
    target: parameters.target.replace(/^http/, "ws").replace(/\/$/, ""),
  });
}

const unknown = (scenario: Scenario, variable: string): string =>
  variable in ALL
    ? `${variable} does nothing in ${scenario}; leave it out.`
    : `There is no ${variable}; ${scenario} knows ${namesOf(scenario).join(", ")}.`;

/** Unless it was told, no more than there are members; in a climb, all. */
function sendersOf(parameters: Parameters, isTold: boolean): number {
  const inRoom = membersOf(parameters);
  if (parameters.scenario === "climb") return inRoom;
  return isTold ? parameters.senders : Math.min(parameters.senders, inRoom);
}

/** What no single value shows. */
function checked(parameters: Parameters): Parameters {
  const { scenario, rooms, members, senders, rate, periodMs } = parameters;
  const inRoom = membersOf(parameters);
  if (senders > inRoom)
    throw new Error(`Set CHAT_SENDERS to at most the ${inRoom} members of a room; it is ${senders}.`);
  if (inRoom * rooms > 60_000) throw new Error("Set CHAT_MEMBERS and CHAT_ROOMS to at most 60,000 sockets.");
  if (scenario === "jitter" && parameters.cutS >= parameters.everyS)
    throw new Error("Set CHAT_CUT_S to less than CHAT_EVERY_S: a member comes back before it is cut again.");
  if (scenario === "rooms" && members % rooms !== 0)
    throw new Error(`Set CHAT_MEMBERS to a multiple of CHAT_ROOMS, ${rooms}; it is ${members}.`);
  if (scenario === "abuse" && (rate / senders) * periodMs > 1_000)
    throw new Error("Set CHAT_SENDERS higher or CHAT_RATE lower: the victims have to keep to the limit.");
  return parameters;
}

/** Sockets in one room. `rooms` divides its members, so that the offered deliveries stay the same. */
export const membersOf = ({ scenario, members, rooms }: Parameters): number =>
  scenario === "rooms" ? Math.floor(members / rooms) : members;

/** Whether members come back by themselves when they lose their connection. */
export const comesBack = ({ scenario }: Pick<Parameters, "scenario">): boolean => scenario === "avalanche";

/** Whether members are away for a while: the classic protocol does not promise them what was said then. */
export const isRestless = ({ scenario }: Pick<Parameters, "scenario">): boolean =>
  scenario === "reconnect-storm" || scenario === "jitter" || scenario === "avalanche";

/** A secret, and what may differ between instances of one run. */
const UNRECORDED = ["CHAT_TOKEN", "CHAT_OUT", "CHAT_PROGRESS", "CHAT_HISTORY"];

/** What a result records: all that the scenario knows, so that two runs can be compared. */
export function recordOf(parameters: Parameters): Record<string, Value> {
  const entries = Object.entries(fieldsOf(parameters.scenario)).filter(
    ([name]) => !UNRECORDED.includes(name),
  );
  return Object.fromEntries(entries.map(([variable, { name }]) => [variable, parameters[name]]));
}

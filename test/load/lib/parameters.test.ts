import { expect, test } from "vitest";
import { addressOf, headersOf, householdOf, protocolOf } from "../../../load/lib/addresses.ts";
import { placesOf, planOf, presentAtStart, roleOf, SENDER, virtualUsersOf } from "../../../load/lib/crowd.ts";
import {
  membersOf,
  namesOf,
  type Parameters,
  readParameters,
  recordOf,
  SCENARIOS,
} from "../../../load/lib/parameters.ts";
import { identityOf } from "../../../src/rate-limit/identity.ts";

const TARGET = { CHAT_TARGET: "http://127.0.0.1:8787/" };

test("every scenario runs with a target alone", () => {
  for (const scenario of SCENARIOS) {
    expect(readParameters(scenario, TARGET)).toMatchObject({ scenario, target: "ws://127.0.0.1:8787" });
    expect(namesOf(scenario)).toContain("CHAT_RATE");
  }
});

const WRONG = [
  [
    "an unknown name",
    "fanout",
    { ...TARGET, CHAT_MEMBER: "5" },
    "There is no CHAT_MEMBER; fanout knows CHAT_TARGET",
  ],
  ["another scenario's", "fanout", { ...TARGET, CHAT_STORM_S: "5" }, "CHAT_STORM_S does nothing in fanout"],
  ["no target", "fanout", {}, "Set CHAT_TARGET to an address"],
  ["no address", "fanout", { CHAT_TARGET: "127.0.0.1" }, "Set CHAT_TARGET to an address"],
  [
    "no number",
    "fanout",
    { ...TARGET, CHAT_RATE: "1e3" },
    "Set CHAT_RATE to a number from 0.01 to 100000; it is",
  ],
  [
    "out of range",
    "fanout",
    { ...TARGET, CHAT_SIZE: "257" },
    "Set CHAT_SIZE to a whole number from 64 to 256",
  ],
  ["a fraction", "fanout", { ...TARGET, CHAT_MEMBERS: "2.5" }, "Set CHAT_MEMBERS to a whole number"],
  ["an empty one", "fanout", { ...TARGET, CHAT_RUN: "" }, "Set CHAT_RUN to 1 to 16 lower-case letters"],
  [
    "more senders than members",
    "fanout",
    { ...TARGET, CHAT_MEMBERS: "5", CHAT_SENDERS: "10" },
    "Set CHAT_SENDERS to at most the 5",
  ],
  [
    "rooms that share unevenly",
    "rooms",
    { ...TARGET, CHAT_ROOMS: "7" },
    "Set CHAT_MEMBERS to a multiple of CHAT_ROOMS, 7",
  ],
  [
    "a cut that does not end",
    "jitter",
    { ...TARGET, CHAT_CUT_S: "15" },
    "Set CHAT_CUT_S to less than CHAT_EVERY_S",
  ],
  [
    "arrivals that there are not",
    "fanout",
    { ...TARGET, CHAT_ARRIVALS: "random" },
    'Set CHAT_ARRIVALS to metronome, poisson, bursts; it is "random".',
  ],
  [
    "arrivals where a limit is asked about",
    "abuse",
    { ...TARGET, CHAT_ARRIVALS: "poisson" },
    "CHAT_ARRIVALS does nothing in abuse",
  ],
  [
    "victims over the limit",
    "abuse",
    { ...TARGET, CHAT_RATE: "21" },
    "the victims have to keep to the limit",
  ],
] as const;

test.each(WRONG)("%s is refused with a sentence", (_, scenario, env, sentence) => {
  expect(() => readParameters(scenario, env)).toThrow(sentence);
});

test("what is not ours is ignored: k6 may be given the whole environment", () => {
  expect(readParameters("smoke", { ...TARGET, PATH: "/bin", K6_VUS: "3" }).members).toBe(2);
});

test("a result records all parameters but the secret, and those that instances of one run may differ in", () => {
  const record = recordOf(readParameters("fanout", { ...TARGET, CHAT_TOKEN: "secret", CHAT_OUT: "a.json" }));
  expect(record).toMatchObject({ CHAT_RATE: 100, CHAT_PROTOCOL: "delivery" });
  expect(Object.keys(record)).not.toEqual(expect.arrayContaining(["CHAT_TOKEN"]));
  expect(JSON.stringify(record)).not.toMatch(/secret|a\.json/);
});

const SHAPES: [string, Parameters][] = [
  ["one room", readParameters("fanout", { ...TARGET, CHAT_RECEIVERS: "3" })],
  [
    "small rooms",
    readParameters("rooms", { ...TARGET, CHAT_ROOMS: "25", CHAT_SENDERS: "2", CHAT_RECEIVERS: "3" }),
  ],
  ["a storm", readParameters("join-storm", { ...TARGET, CHAT_RECEIVERS: "2" })],
  ["only senders", readParameters("fanout", { ...TARGET, CHAT_MEMBERS: "10" })],
];

test.each(SHAPES)(
  "%s: every member is held by one virtual user, all senders by the first",
  (_, parameters) => {
    const { rooms, senders } = parameters;
    const inRoom = membersOf(parameters);
    const users = Array.from({ length: virtualUsersOf(parameters) }, (_, i) => SENDER + i);
    const all = users.flatMap((user) => placesOf(parameters, user));
    expect(all.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: rooms * inRoom }, (_, i) => i),
    );
    // sender.ts finds a sender by its number.
    expect(placesOf(parameters, SENDER).map(({ sender }) => sender)).toEqual(
      Array.from({ length: rooms * senders }, (_, i) => i),
    );
    for (let room = 0; room < rooms; room += 1) {
      const here = all.filter((place) => place.room === room);
      expect(here).toHaveLength(inRoom);
      expect(presentAtStart(parameters, room)).toBe(here.filter(({ fromStart }) => fromStart).length);
    }
    for (const user of users) {
      const mine = placesOf(parameters, user);
      for (const { room, neighbours } of mine) {
        expect(neighbours).toBe(mine.filter((place) => place.room === room).length);
      }
    }
  },
);

test("in a storm of joins one receiver of each virtual user is early", () => {
  const storm = readParameters("join-storm", { ...TARGET, CHAT_RECEIVERS: "2" });
  for (const user of [2, 3]) {
    expect(placesOf(storm, user).filter(({ fromStart }) => fromStart)).toHaveLength(1);
  }
});

test("roles follow each other, and only calibrate climbs", () => {
  const abuse = readParameters("abuse", { ...TARGET, CHAT_RECEIVERS: "2" });
  expect([1, 2, 3, 4].map((user) => roleOf(abuse, user))).toEqual(["send", "receive", "receive", "abuse"]);
  expect(planOf(abuse)).toMatchObject({ rate: 4, endRate: 4 });
  expect(planOf(readParameters("calibrate", { ...TARGET }))).toMatchObject({ rate: 200, endRate: 2_000 });
});

test("[L7] every member of a run is an identity of its own, and another run's are others", () => {
  const keys = [0, 1, 255, 256, 59_999].flatMap((index) =>
    ["a", "b"].map((run) => identityOf(addressOf(run, index))),
  );
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.every((key) => key.startsWith("6:fd00:"))).toBe(true);
});

test("[L7] members of one room share an address as they are told to, and no two rooms do", () => {
  const sizes = { ...TARGET, CHAT_ROOMS: "3", CHAT_MEMBERS: "15", CHAT_SENDERS: "1" };
  const shared = readParameters("rooms", { ...sizes, CHAT_PER_ADDRESS: "2" });
  const households = Array.from({ length: 15 }, (_, index) => householdOf(shared, index));
  expect(households).toEqual([0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 6, 6, 7, 7, 8]);
  expect(householdOf(readParameters("rooms", sizes), 14)).toBe(14);
});

test("with a token a member says its number instead of an address", () => {
  const parameters = readParameters("fanout", { ...TARGET, CHAT_TOKEN: "t.o.k" });
  expect(headersOf(parameters, "r", 7)).toEqual({
    "Edge-Chat-Load-Token": "t.o.k",
    "Edge-Chat-Load-User": "7",
  });
  expect([0, 1].map((room) => protocolOf("both", room))).toEqual(["classic", "delivery"]);
});

test("arrivals become the plan's, with their seed; a metronome needs none", () => {
  const given = { ...TARGET, CHAT_ARRIVALS: "bursts", CHAT_SEED: "9" };
  expect(planOf(readParameters("fanout", given))).toMatchObject({ arrivals: { kind: "bursts", seed: 9 } });
  expect(planOf(readParameters("fanout", TARGET))).not.toHaveProperty("arrivals");
});

test("a small room has no more senders than members, unless it is told so", () => {
  expect(readParameters("fanout", { ...TARGET, CHAT_MEMBERS: "5" }).senders).toBe(5);
  expect(readParameters("fanout", { ...TARGET, CHAT_MEMBERS: "50" }).senders).toBe(10);
});

test("of a climb at most a hundred members speak: everybody keeps the last words of each", () => {
  const speakers = (members: string): number =>
    planOf(readParameters("climb", { ...TARGET, CHAT_MEMBERS: members })).senders;
  expect([speakers("10"), speakers("100"), speakers("5000")]).toEqual([10, 100, 100]);
  expect(readParameters("climb", { ...TARGET, CHAT_MEMBERS: "5000" }).senders).toBe(5_000);
});

// What is counted for docs/cost.md: each scene is what people do, until nothing more happens because of it.
import { env } from "cloudflare:workers";
import { freshAddress } from "./client.ts";
import type { Speaker } from "./speaker.ts";
import { DAY_MS, MINUTE_MS, type Stage } from "./stage.ts";

export interface Scene {
  readonly name: string;
  /** As the README calls it, which has not all of them. */
  readonly short?: string;
  readonly rooms?: number;
  /** What the free plan carries of it, and how many of these are in the scene. */
  readonly unit: { readonly name: string; readonly times: number };
  readonly act: (stage: Stage) => Promise<unknown>;
}

const ANN = "a-secret-key-of-ann";
const HOUR_MS = 60 * MINUTE_MS;
/** By then nobody owes anything that they owed when they left. */
const OVER_MS = 10 * MINUTE_MS;

/** Somebody joins each room, speaks in them in turn, and leaves; one day the messages are dropped. */
const visit = (messages: number, everyMs: number) => async (stage: Stage) => {
  await withCompany(stage);
  const address = freshAddress();
  const speakers = [];
  for (const room of stage.rooms) speakers.push(await stage.enter(ANN, address, room));
  await stage.talk(speakers, messages, everyMs);
  await stage.leave(speakers);
  await stage.pass(OVER_MS);
  await stage.growOld();
};

/** A classic member sits in each room and says nothing, so that it has its tables, and sleeps. That one is not counted. */
async function withCompany(stage: Stage): Promise<void> {
  for (const room of stage.rooms) await stage.enter(null, freshAddress(), room);
  await stage.pass(OVER_MS);
  stage.begin();
}

/** Somebody joins, and is let alone until nothing of the join is under way any more. */
async function join(stage: Stage, key: string | null): Promise<Speaker> {
  const speaker = await stage.enter(key);
  await stage.pass(MINUTE_MS);
  return speaker;
}

const messagesOf = (key: string | null) => async (stage: Stage) => {
  const speaker = await join(stage, key);
  stage.begin();
  await stage.talk([speaker], 100, 1_000);
  await stage.growOld();
};

const dayOf = (key: string | null) => async (stage: Stage) => {
  await join(stage, key);
  await stage.pass(DAY_MS);
  stage.begin();
  await stage.pass(DAY_MS);
};

export const REFUSED = "100 messages that the rate limit refuses";

/** People who talk, as version 0.2.0 was counted with, too. */
export const VISITS: readonly Scene[] = [
  {
    name: "a visit: a join, 20 messages 5 s apart, and a leave",
    short: "a visit: a join, 20 messages, a leave",
    unit: { name: "visits", times: 1 },
    act: visit(20, 5_000),
  },
  {
    name: "a visit to two rooms in turn: 10 messages in each, 5 s apart",
    rooms: 2,
    unit: { name: "visits", times: 1 },
    act: visit(20, 5_000),
  },
  {
    name: "hammering: 200 messages in 10 s, in one room",
    unit: { name: "such visits", times: 1 },
    act: visit(200, 50),
  },
  {
    name: "hammering: 200 messages in 10 s, in two rooms in turn",
    rooms: 2,
    unit: { name: "such visits", times: 1 },
    act: visit(200, 50),
  },
];

export const PARTS: readonly Scene[] = [
  {
    name: "a join",
    unit: { name: "joins", times: 1 },
    act: async (stage) => {
      await withCompany(stage);
      await join(stage, ANN);
    },
  },
  {
    name: "the first join into a new room, which makes its tables",
    unit: { name: "joins", times: 1 },
    act: (stage) => join(stage, ANN),
  },
  {
    name: "100 messages of a delivery member, and their trim after 30 days",
    short: "100 messages of a delivery member, and their trim after 30 days",
    unit: { name: "messages", times: 100 },
    act: messagesOf(ANN),
  },
  {
    name: "100 messages of a classic member, and their trim after 30 days",
    short: "the same of a classic member",
    unit: { name: "messages", times: 100 },
    act: messagesOf(null),
  },
  {
    name: REFUSED,
    short: REFUSED,
    unit: { name: "refusals", times: 100 },
    act: async (stage) => {
      await withCompany(stage);
      const speaker = await join(stage, ANN);
      await stage.talk([speaker], 20, 1);
      stage.begin();
      await stage.talk([speaker], 100, 1);
    },
  },
  {
    // In another room than the one that holds the budget: that one refuses by itself.
    name: "a connection whose first frame the rate limit refuses",
    unit: { name: "connections", times: 1 },
    rooms: 2,
    act: async (stage) => {
      const [, other] = stage.rooms;
      const address = freshAddress();
      await stage.crowd(env.MAX_SOCKETS_PER_IDENTITY, () => address);
      await stage.enter(ANN, address, other);
      stage.begin();
      await stage.enter(ANN, address, other);
    },
  },
  {
    name: "a leave",
    unit: { name: "leaves", times: 1 },
    act: async (stage) => {
      await withCompany(stage);
      const speaker = await join(stage, ANN);
      stage.begin();
      await stage.leave([speaker]);
      await stage.pass(OVER_MS);
    },
  },
  {
    name: "a page of 100 older messages",
    unit: { name: "pages", times: 1 },
    act: async (stage) => {
      const speaker = await join(stage, ANN);
      await stage.talk([speaker], 110, 1_000);
      stage.begin();
      speaker.send({ history: { before: 111, limit: 100 } });
      await stage.heard();
    },
  },
];

export const PRESENCES: readonly Scene[] = [
  {
    name: "the first hour of a delivery member that says nothing",
    unit: { name: "hours", times: 1 },
    act: async (stage) => {
      await join(stage, ANN);
      stage.begin();
      await stage.pass(HOUR_MS);
    },
  },
  {
    name: "a later day of it",
    short: "a day of a delivery member that says nothing",
    unit: { name: "such members", times: 1 },
    act: dayOf(ANN),
  },
  {
    name: "a later day of a classic member that says nothing",
    unit: { name: "such members", times: 1 },
    act: dayOf(null),
  },
];

export const CROWDS: readonly Scene[] = [
  {
    name: "a join storm: 100 people, each from an address of its own, join at once and leave a minute later",
    short: "a join storm: 100 people join at once, and leave a minute later",
    unit: { name: "storms", times: 1 },
    act: async (stage) => {
      await withCompany(stage);
      const people = await stage.crowd(100);
      await stage.pass(MINUTE_MS);
      await stage.leave(people);
      await stage.pass(OVER_MS);
    },
  },
  {
    name: "a room that nobody joins: a connection to a new name that says nothing and leaves; an hour later",
    short: "a room that nobody joins: a connection to a new name that says nothing",
    unit: { name: "connections", times: 1 },
    act: async (stage) => {
      await stage.connectAndLeave();
      await stage.pass(HOUR_MS);
    },
  },
  {
    name: "the same in a room where somebody is",
    unit: { name: "connections", times: 1 },
    act: async (stage) => {
      await withCompany(stage);
      await stage.connectAndLeave();
      await stage.pass(HOUR_MS);
    },
  },
  {
    name: "100 frames of nonsense from a connection without a name",
    unit: { name: "frames", times: 100 },
    act: async (stage) => {
      await withCompany(stage);
      const client = await stage.room.connect(freshAddress());
      await stage.heard();
      stage.begin();
      for (let i = 0; i < 100; i++) client.send({ message: "before a name" });
      await stage.heard();
    },
  },
];

// What a trace of the platform has, as a tail gets it: why wrangler.toml keeps traces to staging.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestHarness, type TestHarness } from "wrangler";
import { ROOT } from "../../../tools/command.ts";
import { readConfiguration } from "../../../tools/configuration.ts";
import { RawClient } from "../../support/raw-client.ts";
import { until } from "../../support/until.ts";

const FOLDER = join(ROOT, ".state", "traces-tests");
/** Writes every event of every trace into its log, a line each. */
const TAIL = `
const say = ({ event }) => console.log("trace " + JSON.stringify(event));
export default { tailStream: (onset) => { say(onset); return say; } };
`;

let server: TestHarness;
let url = "";

beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, "tail.js"), TAIL);
  const { name, compatibility_date, compatibility_flags, vars, durable_objects, migrations } =
    await readConfiguration("wrangler.toml", "staging");
  const traced = {
    ...{ name, main: join(ROOT, "src/worker.ts"), compatibility_date, compatibility_flags, vars },
    ...{ durable_objects, migrations, streaming_tail_consumers: [{ service: "tail" }] },
  };
  const tail = { name: "tail", main: join(FOLDER, "tail.js"), compatibility_date };
  server = createTestHarness({
    workers: [{ config: traced }, { config: { ...tail, compatibility_flags: ["streaming_tail_worker"] } }],
  });
  url = (await server.listen()).url.origin;
});

afterAll(async () => {
  await server.close();
  await rm(FOLDER, { recursive: true, force: true });
});

interface TraceEvent {
  readonly type: string;
  readonly name?: string;
  readonly info?: unknown;
  readonly durableObjectId?: string;
}

const traced = (): TraceEvent[] =>
  server.getLogs().flatMap(({ message }) => {
    const [, json] = /^trace (.*)$/s.exec(message) ?? [];
    return json === undefined ? [] : [JSON.parse(json) as TraceEvent];
  });
test("[C27] a trace begins with the URL and the object's id, which are a private room's key: so only staging has traces", async () => {
  const room = await (await server.fetch("/api/room", { method: "POST" })).text();
  const ann = await RawClient.connect(url, room, "10.6.0.1");
  ann.send({ name: "ann" });
  await ann.until(({ ready }) => ready === true, "ready");
  ann.send({ message: "hello" });
  await ann.until(({ message }) => message === "hello", "echo");
  expect(await ann.close()).toBe(1000);
  const spans = (): Set<string> =>
    new Set(traced().flatMap(({ type, name = "" }) => (type === "spanOpen" ? [name] : [])));
  await until(
    () => spans().has("durable_object_storage_exec"),
    () => `spans ${[...spans()].join(", ")}`,
  );
  const onsets = traced().filter(({ type }) => type === "onset");
  expect(
    onsets.filter(({ info }) => JSON.stringify(info).includes(`/api/room/${room}/websocket`)),
  ).not.toEqual([]);
  expect(onsets.filter(({ durableObjectId }) => durableObjectId === room)).not.toEqual([]);
});

// Modules, language and globals: rows K1 to K5 of load/host/CONTRACT.md.
import { expect, test } from "vitest";
import shape from "../../../load/engine/shape.json" with { type: "json" };
import { runHost } from "../../support/host-run.ts";

const K6_GLOBALS = ["__ENV", "__VU", "__ITER", "console", "open", "crypto"];
const TIMERS = ["setTimeout", "clearTimeout", "setInterval", "clearInterval"];

const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);

test("[K1] WebSocket comes from k6/websockets, and modules have a default export with all their names", async () => {
  const { said, code } = await runHost(`
    import { WebSocket } from "k6/websockets";
    import exec, { vu } from "k6/execution";
    export default function () { say([typeof WebSocket, exec.vu === vu]); }`);
  expect([code, said]).toEqual([0, [["function", true]]]);
});

test("[K2] types are stripped, relative imports with their extension are followed, open() reads in the init context only", async () => {
  const files = { "lib/more.ts": "export const more: number = 41;", "data.txt": "from a file" };
  const { said, code } = await runHost(
    `import { more } from "./lib/more.ts";
    const text: string = open("./data.txt");
    const size = (open("data.txt", "b") as ArrayBuffer).byteLength;
    export default function () {
      let refused = false;
      try { open("./data.txt"); } catch { refused = true; }
      say([more + 1, text, size, refused]);
    }`,
    { files },
  );
  expect([code, said]).toEqual([0, [[42, "from a file", 11, true]]]);
});

test.each([
  ["./lib/more", "relative files with their extension"],
  ["ws", "relative files with their extension"],
  ["node:fs", "relative files with their extension"],
  ["k6/http", "k6/http is not supported by the host; run it with k6."],
  ["k6/experimental/streams", "not supported by the host; run it with k6."],
])("[K2] importing %s is refused with a sentence", async (specifier, sentence) => {
  const run = await runHost(`import * as all from "${specifier}"; say(all); export default function () {}`);
  expect(run.code).toBe(107);
  expect(run.stderr).toContain(sentence);
});

test("[K2] a name that the host's module lacks says so", async () => {
  const run = await runHost(`import { randomSeed } from "k6"; export default function () { randomSeed(1); }`);
  expect(run.code).toBe(107);
  expect(run.stderr).toContain("run it with k6");
});

test("[K3] a script's globals are those of k6's engine and k6's own, no more", async () => {
  const { said } = await runHost(
    `const names = (object: object) => Reflect.ownKeys(object).map(String);
    const globals = names(globalThis);
    const beyond = [names(Set.prototype), names(Object), names(String.prototype), names(Promise), names(Array)];
    export default function () { say([globals, beyond.flat(), [__VU, __ITER, __ENV.GIVEN]]); }`,
    { args: ["-e", "GIVEN=yes"] },
  );
  const [globals, members, values] = said[0] as [string[], string[], unknown[]];
  const allowed = new Set([...shape.globalThis, ...K6_GLOBALS, ...TIMERS]);
  expect(globals.filter((name) => !allowed.has(name))).toEqual([]);
  expect(globals).toEqual(expect.arrayContaining([...K6_GLOBALS, ...TIMERS]));
  for (const name of ["union", "groupBy", "isWellFormed", "withResolvers", "fromAsync"]) {
    expect(members).not.toContain(name);
  }
  expect(values).toEqual([1, 0, "yes"]);
});

test("[K4] each VU is a world of its own; setup runs once and its JSON goes to all and to teardown", async () => {
  const { said, code } = await runHost(`
    let visits = 0;
    export const options = { scenarios: { s: { executor: "per-vu-iterations", vus: 2, iterations: 2 } } };
    export function setup() { visits += 10; say("setup"); return { at: new Date(0), gone: undefined }; }
    export default function (data: object) { visits += 1; say([__VU, visits, data]); }
    export function teardown(data: object) { say(["teardown", visits, data]); }`);
  const data = { at: "1970-01-01T00:00:00.000Z" };
  const iterations = said.slice(1, -1).toSorted(byText);
  expect(code).toBe(0);
  expect(said[0]).toBe("setup");
  expect(iterations).toEqual([
    [1, 1, data],
    [1, 2, data],
    [2, 1, data],
    [2, 2, data],
  ]);
  expect(said.at(-1)).toEqual(["teardown", 0, data]);
});

test("[K5] k6/execution has ids, the scenario, a clock with a fraction; anything else says that it is not there", async () => {
  const { said } = await runHost(`
    import exec from "k6/execution";
    const init: string[] = [];
    try { exec.vu.idInTest; } catch (error) { init.push(String(error)); }
    export const options = { scenarios: { one: { executor: "per-vu-iterations", vus: 1, iterations: 2 } } };
    export default function () {
      const { instance } = exec;
      const times = Array.from({ length: 20 }, () => instance.currentTestRunDuration);
      let missing = "";
      try { instance.vusActive; } catch (error) { missing = String(error); }
      say({
        init, missing, ids: [exec.vu.idInTest, exec.vu.idInInstance], iterations: [exec.vu.iterationInScenario, exec.scenario.iterationInTest],
        scenario: exec.scenario.name, hasFraction: times.some((ms) => ms % 1 !== 0), rises: times.every((ms, at) => at === 0 || ms >= times[at - 1]),
      });
    }`);
  const expected = {
    init: ["Error: getting VU information in the init context is not supported"],
    missing: "Error: k6/execution's instance.vusActive is not supported by the host; run it with k6.",
    ids: [1, 1],
    scenario: "one",
    hasFraction: true,
    rises: true,
  };
  expect(said).toEqual([
    { ...expected, iterations: [0, 0] },
    { ...expected, iterations: [1, 1] },
  ]);
});

// `npm run simulate` as somebody uses it who has a failure at hand: the scenario that was printed is played again and drawn.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { start } from "../../support/host-run.ts";

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "edge-chat-simulate-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

const SIMULATE = "test/simulation/run.ts";

test("a scenario that was kept is played again, and its picture says how", async () => {
  const kept = JSON.parse(await readFile("test/counterexamples/simulation.json", "utf8")) as unknown[];
  const here = await folder();
  const [scenario, picture] = [join(here, "scenario.json"), join(here, "picture.html")];
  await writeFile(scenario, JSON.stringify(kept[0]));
  const { code, stdout } = await start([SIMULATE, "--scenario", scenario, "--timeline", picture]);
  expect(stdout).toContain("The checker found nothing.");
  expect(code).toBe(0);
  const page = await readFile(picture, "utf8");
  expect(page).toContain("Every law held.");
  expect(page).toContain("npm run simulate -- --scenario scenario.json");
});

test("a history that breaks a law is drawn, and the exit code is 1", async () => {
  const here = await folder();
  const [history, picture] = [join(here, "history.jsonl"), join(here, "picture.html")];
  const events = [
    { type: "sent", client: "ann", name: "ann", message: "hello" },
    { type: "log", epoch: "e", floor: 0, messages: [], isQuiet: true },
  ];
  await writeFile(history, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  const { code, stderr } = await start([SIMULATE, "--history", history, "--timeline", picture]);
  expect(stderr).toContain('[D2] lost: "hello" of ann was never stored');
  expect(code).toBe(1);
  expect(await readFile(picture, "utf8")).toContain("<strong>D2, lost</strong>");
});

test.each([
  { option: "--scenario", sentence: "has no scenario; give a file with one" },
  { option: "--history", sentence: "There is no file" },
])("$option with a file that is none says so", async ({ option, sentence }) => {
  const { code, stderr } = await start([SIMULATE, option, join(await folder(), "none")]);
  expect(stderr).toContain(sentence);
  expect(code).toBe(2);
});

test("--scenario with a file of something else says so", async () => {
  const other = join(await folder(), "other.json");
  await writeFile(other, JSON.stringify({ seed: 1, steps: 3 }));
  const { code, stderr } = await start([SIMULATE, "--scenario", other]);
  expect(stderr).toContain(`${other} has no scenario; give a file with one`);
  expect(code).toBe(2);
});

test("a mutant of a shell is not played, because the simulation has its own; the answer says what shows it", async () => {
  const { code, stderr } = await start([SIMULATE, "--mutant", "send before write", "--runs", "10"]);
  expect(stderr).toContain("has its own shell, and not src/room/chat-room.ts");
  expect(stderr).toContain('npm run test:mutants -- --only "send before write" --all');
  expect(code).toBe(2);
});

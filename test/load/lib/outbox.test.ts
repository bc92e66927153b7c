// A sender that lost its connection says again what the room does not have, and nothing else.
import fc from "fast-check";
import { expect, test } from "vitest";
import { forbiddenIn } from "../../../load/lib/laws.ts";
import { asksToKill, KILL_TARGET } from "../../../load/lib/moments.ts";
import { Outbox } from "../../../load/lib/outbox.ts";
import { prove } from "../../support/prove.ts";

test("[D2] [D3] over any losses a room that stores by counter has each message once", async () => {
  await prove("outbox", {
    runs: 300,
    states: ["lost on the way", "said while away", "stored, and not answered"],
    // What becomes of each message, or between two of them: it is stored; it is lost with the connection; a comeback.
    arbitrary: fc.array(fc.constantFrom("stored", "lost", "away", "back"), { maxLength: 40, size: "max" }),
    holds: (steps, reached) => {
      const outbox = new Outbox();
      const room: number[] = [];
      const store = (counter: number): void => void (counter === room.length + 1 && room.push(counter));
      let [counter, isLive] = [0, true];
      const comeBack = (): void => {
        if (counter > room.length) reached.add("lost on the way");
        if (room.length > 0) reached.add("stored, and not answered");
        for (const said of outbox.after(room.length)) store(said.counter);
        isLive = true;
      };
      for (const step of steps) {
        if (step === "back") {
          if (!isLive) comeBack();
          continue;
        }
        counter += 1;
        outbox.add({ counter, message: `${counter}` });
        if (!isLive) reached.add("said while away");
        else if (step === "stored") store(counter);
        else isLive = false;
      }
      comeBack();
      expect(room).toEqual(Array.from({ length: counter }, (_, i) => i + 1));
      expect(outbox.after(room.length)).toEqual([]);
    },
  });
});

test("what was refused is not said again, and what is taken is forgotten", () => {
  const outbox = new Outbox();
  for (const counter of [1, 2, 3]) outbox.add({ counter, message: "x" });
  outbox.drop(2);
  expect(outbox.after(0).map(({ counter }) => counter)).toEqual([1, 3]);
  expect(outbox.take()).toHaveLength(2);
  expect(outbox.take()).toEqual([]);
});

test("a killed target may drop its connections, and nobody else; the classic protocol promises nothing to who is away", () => {
  expect(forbiddenIn({ scenario: "avalanche", protocol: "delivery" })).not.toContain("dropped");
  expect(forbiddenIn({ scenario: "jitter", protocol: "delivery" })).toContain("dropped");
  expect(forbiddenIn({ scenario: "fanout", protocol: "classic" })).toEqual(
    expect.arrayContaining(["missed", "dropped"]),
  );
  for (const scenario of ["jitter", "avalanche", "reconnect-storm"] as const) {
    expect(forbiddenIn({ scenario, protocol: "delivery" })).toEqual(
      expect.arrayContaining(["missed", "stranded"]),
    );
    expect(forbiddenIn({ scenario, protocol: "classic" })).not.toContain("missed");
  }
});

test("the line that asks for the target's end is found as either engine writes it", () => {
  expect(asksToKill(`${KILL_TARGET}: end the target now`)).toBe(true);
  expect(
    asksToKill(`time="2026-11-29T07:00:00Z" level=info msg="${KILL_TARGET}: end it" source=console`),
  ).toBe(true);
  expect(asksToKill('progress {"vu":1}')).toBe(false);
});

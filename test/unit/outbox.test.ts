import { expect, test } from "vitest";
import { HeldSender } from "../support/held-sender.ts";

const texts = (outbox: HeldSender): string[] =>
  outbox.state.items.map(({ message, state }) => `${message} ${state}`);

/** An outbox in a room that has stored nothing of it yet, with messages named "1", "2", … */
function filled(count: number): HeldSender {
  const outbox = new HeldSender();
  outbox.welcome("e", 0);
  for (let i = 1; i <= count; i++) outbox.add(`${i}`, `${i}`);
  return outbox;
}

test("[P8] no more than 8 messages are under way; each confirmation lets the next one go", () => {
  const outbox = filled(10);
  expect(outbox.take().map(({ counter }) => counter)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(outbox.take()).toEqual([]);
  expect(outbox.confirm(2)).toEqual(["1", "2"]);
  expect(outbox.take().map(({ counter }) => counter)).toEqual([9, 10]);
});

test("[D3] [P8] a reloaded client keeps what was never stored, although the room has stored others of it before", () => {
  const first = filled(3);
  first.take();
  first.confirm(3);
  first.add("4", "4");
  first.add("5", "5");
  const reloaded = new HeldSender(first.state);
  expect(reloaded.welcome("e", 4)).toEqual(["4"]);
  expect(texts(reloaded)).toEqual(["5 pending"]);
  expect(reloaded.take()).toEqual([{ counter: 5, message: "5" }]);
});

test("[P8] what was written before the first welcome is not taken for stored, whatever the room has of this tag", () => {
  const outbox = new HeldSender();
  outbox.add("a", "a");
  expect(outbox.welcome("e", 7)).toEqual([]);
  expect(outbox.take()).toEqual([{ counter: 8, message: "a" }]);
});

test("[P8] in a new epoch nothing of the outbox is stored, and its counters start where the room says", () => {
  const outbox = filled(2);
  outbox.take();
  expect(outbox.welcome("another", 0)).toEqual([]);
  expect(outbox.take().map(({ counter }) => counter)).toEqual([1, 2]);
});

test("[D4] after a refusal nothing goes past it, and then all go again in order", () => {
  const outbox = filled(4);
  outbox.take();
  outbox.confirm(1);
  outbox.refuse(2);
  expect(outbox.isWaiting).toBe(true);
  expect(texts(outbox)).toEqual(["2 waiting", "3 pending", "4 pending"]);
  outbox.retry();
  expect(outbox.take().map(({ counter }) => counter)).toEqual([2, 3, 4]);
});

test("a message too long fails at once, takes no counter, and can be discarded; what is on its way cannot", () => {
  const outbox = new HeldSender();
  outbox.welcome("e", 0);
  outbox.add("long", "x".repeat(257));
  outbox.add("fits", "y".repeat(256));
  expect(outbox.state.items.map(({ state }) => state)).toEqual(["failed", "pending"]);
  expect(outbox.take()).toEqual([{ counter: 1, message: "y".repeat(256) }]);
  outbox.discard("fits");
  outbox.discard("long");
  expect(outbox.state.items.map(({ id }) => id)).toEqual(["fits"]);
});

test("[P18] the room's welcome says how long a message may be; before that nothing is called too long that some room takes", () => {
  const outbox = new HeldSender();
  const [long, longer] = ["x".repeat(1_000), "y".repeat(1_001)];
  for (const text of [long, longer, "z".repeat(2_000), "w".repeat(2_001)]) outbox.add(text.slice(0, 1), text);
  const states = (): unknown => outbox.state.items.map(({ id, state }) => [id, state]);
  expect(states()).toEqual([
    ["x", "pending"],
    ["y", "pending"],
    ["z", "pending"],
    ["w", "failed"],
  ]);
  outbox.welcome("e", 0, 1_000);
  expect(states()).toEqual([
    ["x", "pending"],
    ["y", "failed"],
    ["z", "failed"],
    ["w", "failed"],
  ]);
  expect(outbox.take()).toEqual([{ counter: 1, message: long }]);
  outbox.add("v", longer);
  expect(outbox.state.items.at(-1)?.state).toBe("failed");
});

test("[P18] [P8] a message that the room stored before its bound fell is confirmed, and is not called too long", () => {
  const outbox = new HeldSender();
  outbox.welcome("e", 0, 2_000);
  outbox.add("long", "x".repeat(2_000));
  outbox.take();
  expect(outbox.welcome("e", 1, 256)).toEqual(["long"]);
  expect(outbox.state.items).toEqual([]);
});

test("a refusal or confirmation of what is confirmed already changes nothing", () => {
  const outbox = filled(2);
  outbox.take();
  outbox.confirm(1);
  outbox.refuse(1);
  outbox.fail(1, "bad-frame");
  expect(outbox.confirm(1)).toEqual([]);
  expect(texts(outbox)).toEqual(["2 pending"]);
});

// What an outbox lets go of, and what it says of a message that failed.
import { describe, expect, test } from "vitest";
import { parseSavedOutbox } from "../../src/client/outbox.ts";
import { HeldSender } from "../support/held-sender.ts";
import { OUTBOX } from "../support/saved-outbox.ts";

const codes = (outbox: HeldSender): unknown[] => outbox.state.items.map(({ state, code }) => code ?? state);
const ids = (outbox: HeldSender): string[] => outbox.state.items.map(({ id }) => id);

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8"];

function withMessages(...messages: readonly string[]): HeldSender {
  const outbox = new HeldSender();
  for (const message of messages) outbox.add(message, message);
  return outbox;
}

describe("taking a message back", () => {
  test("[P8] before it was on a wire, it is gone, and its place is the next one's", () => {
    const outbox = withMessages("a", "b");
    outbox.welcome("e", 4);
    outbox.withdraw("a");
    expect(outbox.take()).toEqual([{ counter: 5, message: "b" }]);
  });

  test("[P8] [D4] once it was on a wire it stays: also when it was refused for now, and on a new connection", () => {
    const outbox = withMessages("a", "b");
    outbox.welcome("e", 4);
    outbox.take();
    outbox.withdraw("a");
    outbox.refuse(5);
    outbox.withdraw("a");
    outbox.welcome("e", 4);
    outbox.withdraw("b");
    expect(ids(outbox)).toEqual(["a", "b"]);
    expect(outbox.take().map(({ counter }) => counter)).toEqual([5, 6]);
  });

  test("[P8] what an earlier run left may have been on a wire", () => {
    const outbox = new HeldSender(OUTBOX);
    for (const id of ["1", "2", "3"]) outbox.withdraw(id);
    expect(ids(outbox)).toEqual(["1", "2", "3"]);
  });

  test("[P8] [D12] behind eight that are under way, the ninth was not on a wire", () => {
    const outbox = withMessages(...DIGITS, "9");
    outbox.welcome("e", 0);
    outbox.take();
    outbox.withdraw("8");
    outbox.withdraw("9");
    expect(ids(outbox)).toEqual(DIGITS);
  });
});

describe("why a message failed", () => {
  test("[C6] its length, or that there is nothing to see, where it is not sent at all", () => {
    const outbox = withMessages("x".repeat(2_001), "x".repeat(2_000), " \u200b");
    expect(codes(outbox)).toEqual(["message-too-long", "pending", "message-empty"]);
  });

  test("[P18] its length, where the room turns out to take less", () => {
    const outbox = withMessages("x".repeat(300));
    outbox.welcome("e", 0, 256);
    expect(codes(outbox)).toEqual(["message-too-long"]);
  });

  test("[P8] the room's code, where that refused it", () => {
    const outbox = withMessages("a", "b");
    outbox.welcome("e", 0);
    outbox.take();
    outbox.fail(1, "bad-frame");
    expect(codes(outbox)).toEqual(["bad-frame", "pending"]);
  });

  test("[P8] it is kept over a restart; what is no code makes it no outbox", () => {
    expect(parseSavedOutbox(JSON.stringify(OUTBOX))).toEqual(OUTBOX);
    for (const code of [null, 5, {}]) {
      const [first] = OUTBOX.items;
      expect(parseSavedOutbox(JSON.stringify({ ...OUTBOX, items: [{ ...first, code }] }))).toBeNull();
    }
  });
});

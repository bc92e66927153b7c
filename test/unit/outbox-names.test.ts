// How long an outbox remembers the name of a message.
import { expect, test } from "vitest";
import { HeldSender } from "../support/held-sender.ts";

test("[P8] [D12] a message that is confirmed is forgotten: another one of its name was never on a wire", () => {
  const outbox = new HeldSender();
  outbox.add("a", "hi");
  outbox.welcome("e", 0);
  outbox.take();
  expect(outbox.confirm(1)).toEqual(["a"]);
  outbox.add("a", "hi again");
  outbox.withdraw("a");
  expect(outbox.state.items).toEqual([]);
});

// Many connections of one address that go in one turn: at a look at the silent, or when the room is erased.
import { expect, test } from "vitest";
import { DELIVERY, of, RoomMachine } from "../support/room-machine.ts";

/** A room with so many tabs of one address. */
function withTabs(tabs: number): RoomMachine {
  const machine = new RoomMachine();
  for (let i = 0; i < tabs; i++) machine.join(`tab ${i}`, { ...DELIVERY, client: `tab-${i}` }, "home");
  return machine;
}

test.each([
  {
    how: "all fell silent",
    leave: (machine: RoomMachine) => {
      machine.now += 400_000;
      return machine.alarm();
    },
  },
  {
    how: "the room is erased",
    leave: (machine: RoomMachine) => machine.handle({ type: "erase", epoch: "f" }),
  },
])(
  "[L1] [D12] $how: the budget of an address is written and given back once, not once a connection",
  ({ leave }) => {
    const effects = leave(withTabs(5));
    expect(of("close", effects)).toHaveLength(5);
    expect(of("give-back", effects)).toMatchObject([{ identity: "home" }]);
    expect(of("budgets", effects).flatMap(({ rows }) => rows)).toMatchObject([
      { identity: "home", state: "returned" },
    ]);
  },
);

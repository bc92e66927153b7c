// What the room keeps of who was told what: in attachments over a sleep, and not at all where nobody is left to hear it.
import { describe, expect, test } from "vitest";
import { fromAttachment, toAttachment } from "../../src/room/session.ts";
import { DELIVERY, of, RoomMachine, sent } from "../support/room-machine.ts";

/** Another delivery member than DELIVERY's. */
const other = (name: string): object => ({ ...DELIVERY, name, client: name });
const named = (name: string): unknown => expect.objectContaining({ name });

/** Whose attachments are written again. */
const attached = (...[effects]: Parameters<typeof sent>): string[] =>
  of("attach", effects).map(({ session }) => session.connection);

/** Whether a member has a roster, as a waking room would read it. */
const hasRoster = ({ room }: RoomMachine, connection: string): boolean | undefined => {
  const session = room.sessions.get(connection);
  return session && fromAttachment(toAttachment(session))?.hasRoster;
};

describe("at the bound of the roster", () => {
  test("[D8] [D9] a welcome names the members up to the bound, and the attachment says whether it did", () => {
    const machine = new RoomMachine({ rosterMax: 2 });
    const ann = sent(machine.join("ann", other("ann")));
    expect(ann).toMatchObject([["ann", { welcome: { members: 1, roster: [{ name: "ann" }] } }]]);
    expect(hasRoster(machine, "ann")).toBe(true);
    const [[, bob] = []] = sent(machine.join("bob", other("bob")));
    expect(bob).toMatchObject({ welcome: { members: 2, roster: [{ name: "ann" }, { name: "bob" }] } });
    expect(hasRoster(machine, "bob")).toBe(true);
    const [[, cleo] = []] = sent(machine.join("cleo", other("cleo")));
    expect(cleo).toMatchObject({ welcome: { members: 3 } });
    expect(cleo).not.toHaveProperty("welcome.roster");
    expect(hasRoster(machine, "cleo")).toBe(false);
  });

  test("[C3] a classic member that joins above the bound hears every name", () => {
    const machine = new RoomMachine({ rosterMax: 1 });
    for (const name of ["ann", "bob"]) machine.join(name);
    expect(sent(machine.join("cleo")).filter(([to]) => to === "cleo")).toEqual(
      [{ joined: "ann" }, { joined: "bob" }, { joined: "cleo" }, { ready: true }].map((frame) => [
        "cleo",
        frame,
      ]),
    );
  });

  test("[P9] [D9] presence writes the attachments of those delivery members for whom it changes what they know", () => {
    const machine = new RoomMachine({ rosterMax: 2 });
    machine.join("ann");
    machine.join("del", DELIVERY);
    expect(attached(machine.flush())).toEqual([]);
    machine.join("dot", other("dot"));
    // The welcome of dot had no roster: its attachment says so already.
    expect(attached(machine.flush())).toEqual(["del"]);
    expect([hasRoster(machine, "del"), hasRoster(machine, "dot")]).toEqual([false, false]);
    machine.close("ann");
    expect(attached(machine.flush())).toEqual(["del", "dot"]);
    expect([hasRoster(machine, "del"), hasRoster(machine, "dot")]).toEqual([true, true]);
  });

  test("[P9] [D9] a room that wakes with as many members as it names says what changed", () => {
    const before = new RoomMachine({ rosterMax: 2 });
    before.join("del", DELIVERY);
    before.join("ann");
    before.flush();
    const machine = new RoomMachine({ rosterMax: 2 }, [...before.room.sessions.values()]);
    machine.close("ann");
    expect(sent(machine.flush())).toEqual([["del", { presence: { count: 1, joined: [], left: ["ann"] } }]]);
  });
});

describe("where nobody is left to hear it", () => {
  test("[P9] [D9] a join and a quit wait for no delivery member: the room may sleep, and the next one hears neither", () => {
    const machine = new RoomMachine();
    machine.join("del", DELIVERY);
    for (const name of ["ann", "bob"]) machine.join(name);
    machine.close("ann");
    expect(machine.room.isQuiet).toBe(false);
    machine.close("del");
    expect(machine.room.isQuiet).toBe(true);
    machine.join("dot", other("dot"));
    expect(sent(machine.flush()).at(-1)).toEqual([
      "dot",
      { presence: { count: 2, joined: [named("dot")], left: [] } },
    ]);
  });

  test("[P7] [D9] what an erased room had not told yet is forgotten: it may sleep, and tells it to no newcomer", () => {
    const machine = new RoomMachine();
    machine.join("del", DELIVERY);
    for (const name of ["ann", "bob", "cleo"]) machine.join(name);
    machine.isSlow = true;
    machine.close("cleo");
    // Its quit waits for the flush before it to be drained.
    machine.close("bob");
    machine.handle({ type: "erase", epoch: "f" });
    machine.log.erase("f");
    machine.isSlow = false;
    expect(machine.handle({ type: "drained" })).toEqual([]);
    expect(machine.room.isQuiet).toBe(true);
    machine.join("dot", other("dot"));
    expect(sent(machine.flush())).toEqual([
      ["dot", { presence: { count: 1, joined: [named("dot")], left: [] } }],
    ]);
  });
});

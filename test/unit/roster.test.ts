import { expect, test } from "vitest";
import { Roster } from "../../src/client/roster.ts";

const memberOf = (name: string): { connection: string; author: string; name: string } => ({
  connection: name,
  author: "",
  name,
});
const [ann, bob, cleo] = [memberOf("ann"), memberOf("bob"), memberOf("cleo")];

function rosterOf(...members: (typeof ann)[]): Roster {
  const roster = new Roster();
  roster.apply({ count: members.length, roster: members });
  return roster;
}

test("[D8] before the welcome, and in a large room, nobody is known by name", () => {
  const roster = new Roster();
  expect([roster.members, roster.count]).toEqual([null, 0]);
  roster.apply({ count: 101 });
  expect([roster.members, roster.count]).toEqual([null, 101]);
  expect(roster.apply({ count: 102, joined: [ann], left: ["bob"] })).toEqual({ arrived: [], gone: [] });
  expect([roster.members, roster.count]).toEqual([null, 102]);
});

test("[D8] who came and who went is told once, by name", () => {
  const roster = rosterOf(ann);
  expect(roster.apply({ count: 2, joined: [ann, bob], left: [] })).toEqual({ arrived: [bob], gone: [] });
  expect(roster.members).toEqual([ann, bob]);
  expect(roster.apply({ count: 1, joined: [cleo], left: ["ann", "bob", "nobody"] })).toEqual({
    arrived: [cleo],
    gone: [ann, bob],
  });
  expect(roster.members).toEqual([cleo]);
});

test("[D8] a change may name only who came", () => {
  const roster = rosterOf(ann);
  expect(roster.apply({ count: 2, joined: [bob] })).toEqual({ arrived: [bob], gone: [] });
  expect(roster.members).toEqual([ann, bob]);
});

test("[D8] a count alone: names are no longer told; a whole roster: they are again", () => {
  const roster = rosterOf(ann, bob);
  expect(roster.apply({ count: 101 })).toEqual({ arrived: [], gone: [] });
  expect([roster.members, roster.count]).toEqual([null, 101]);
  expect(roster.apply({ count: 1, roster: [cleo] })).toEqual({ arrived: [], gone: [] });
  expect([roster.members, roster.count]).toEqual([[cleo], 1]);
});

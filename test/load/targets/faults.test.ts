// The null room's misbehaviours: each does what its name says, to each member, and nothing else.
import { expect, test } from "vitest";
import { type FaultRates, FAULTLESS, Faults } from "../../../load/targets/faults.ts";

const MESSAGES = Array.from({ length: 10 }, (_, at) => ({
  ...{
    seq: at + 1,
    name: "ann",
    message: `message ${at + 1}`,
    timestamp: 1,
    author: "",
    client: "",
    counter: 0,
  },
}));

/** What a member gets where it happens with every fourth message: the seqs, and those whose text was changed. */
function gets(rates: Partial<FaultRates>): { readonly seqs: number[]; readonly changed: number[] } {
  const faults = new Faults({ ...FAULTLESS, ...rates });
  const got = [...faults.apply(MESSAGES.slice(0, 5)), ...faults.apply(MESSAGES.slice(5))];
  const changed = got.filter(({ seq, message }) => message !== `message ${seq}`);
  return { seqs: got.map(({ seq }) => seq), changed: changed.map(({ seq }) => seq) };
}

test.each<[string, Partial<FaultRates>, number[], number[]]>([
  ["nothing", {}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], []],
  ["lose", { lose: 4 }, [1, 2, 3, 5, 6, 7, 9, 10], []],
  ["double", { double: 4 }, [1, 2, 3, 4, 4, 5, 6, 7, 8, 8, 9, 10], []],
  ["reorder", { reorder: 4 }, [1, 2, 3, 5, 4, 6, 7, 9, 8, 10], []],
  ["corrupt", { corrupt: 4 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [4, 8]],
])("%s", (_name, rates, seqs, changed) => {
  expect(gets(rates)).toEqual({ seqs, changed });
});

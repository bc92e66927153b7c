// What a run's report says it judged, and what it took on trust.
import { expect, test } from "vitest";
import { tellJudged } from "../../../load/lib/summary.ts";
import { fixture } from "../runner/fixture.ts";

test("members that could not be compared, and fields that nobody read, are told as trusted", () => {
  const { counts, parameters } = fixture();
  const all = { ...counts, joined: 100, compared: 100, examined: 5_000 };
  expect(tellJudged(fixture({ counts: all }))).not.toContain("trust");
  expect(tellJudged(fixture({ counts: { ...all, compared: 97 } }))).toContain(
    "97 members' sequence of messages against the senders'; of 3 members the sequence as a whole is taken on trust",
  );
  const sampled = fixture({ counts: all, parameters: { ...parameters, CHAT_SAMPLE: 100 } });
  expect(tellJudged(sampled)).toContain(
    "5000 messages field by field (what stands beside the text of the others is taken on trust)",
  );
});

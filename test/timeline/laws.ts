// The rules of SPEC.md by their ids, as the sentences that stand there.

const ROW = /^\| ([CPDL]\d+) \| (.*?) \|/gm;

/** `spec` is the text of SPEC.md. */
export const readLaws = (spec: string): ReadonlyMap<string, string> =>
  new Map([...spec.matchAll(ROW)].map(([, id = "", sentence = ""]) => [id, sentence.replaceAll("`", "")]));

// Mutants that no scope can show, by the reason.
export const UNSEEN: Readonly<Record<string, readonly string[]>> = {};

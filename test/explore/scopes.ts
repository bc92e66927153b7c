// All scopes, in the order in which they are explored.
import { type LongScope, type Scope, shortOf } from "./scope.ts";
import { LATE_BUDGETS } from "./scopes/late-budgets.ts";
import { LATE_ROOMS } from "./scopes/late-rooms.ts";
import { S1 } from "./scopes/s1.ts";
import { S2 } from "./scopes/s2.ts";
import { S3 } from "./scopes/s3.ts";
import { S4 } from "./scopes/s4.ts";
import { S5 } from "./scopes/s5.ts";
import { S6 } from "./scopes/s6.ts";

export const SCOPES: readonly LongScope[] = [S1, S2, S3, S4, S5, S6];
/** What `npm test` explores whole; those first that show in few steps what is wrong. */
export const SHORT_SCOPES: readonly Scope[] = [...LATE_BUDGETS, ...LATE_ROOMS, ...SCOPES.map(shortOf)];

/** A scope, or the short version of one. */
export const scopeNamed = (name: string): Scope | undefined =>
  [...SCOPES, ...SHORT_SCOPES].find((scope) => scope.name === name);

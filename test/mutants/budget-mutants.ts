// Named ways to break the rate limit: where the budget is, how it moves, and what is written of it.
import type { Mutant } from "./mutants.ts";

const ADMISSION = "src/room/admission.ts";
const ROOM = "src/room/room.ts";
const BUDGET = "src/rate-limit/budget.ts";
const LIMITER = "src/rate-limit/limiter.ts";
const GCRA = "src/rate-limit/gcra.ts";
const SHELL = "src/rate-limit/rate-limiter.ts";
const UPKEEP = "src/room/upkeep.ts";
const BACKOFF = "src/client/backoff.ts";

export const BUDGET_MUTANTS: readonly Mutant[] = [
  {
    name: "an address opens as many connections as it likes",
    file: "src/worker.ts",
    from: "if (waitMs > 0) {",
    to: "if (waitMs > Infinity) {",
  },
  {
    name: "a burst of connections goes on at once",
    file: "src/worker.ts",
    from: "if (holdMs > 0) await scheduler.wait(holdMs);",
    to: "if (holdMs > Infinity) await scheduler.wait(holdMs);",
  },
  {
    name: "connections that are held back have no bound",
    file: "src/rate-limit/upgrades.ts",
    from: "if (this.held.length >= MAX_HELD) return 0;",
    to: "",
  },
  {
    name: "a refused connection counts, too",
    file: "src/rate-limit/upgrades.ts",
    from: "debt: isLetIn ? spend(policy, debt) : debt",
    to: "debt: spend(policy, debt)",
  },
  {
    name: "an address opens as many rooms as it likes",
    file: "src/rate-limit/upgrades.ts",
    from: "roomDebt: isLetIn && isElsewhere ? spend(roomPolicy, roomDebt) : roomDebt",
    to: "roomDebt",
  },
  {
    name: "burst one too large",
    file: GCRA,
    from: "(burst - 1) * periodMs",
    to: "burst * periodMs",
  },
  {
    name: "no alarm follows one that rings in a move",
    file: LIMITER,
    from: "if (this.account.holder !== null) this.wakeBy(event.now + HELD_MS, event.now);",
    to: "if (this.account.holder !== null && this.asked === null) this.wakeBy(event.now + HELD_MS, event.now);",
  },
  {
    name: "GCRA without max",
    file: GCRA,
    from: "Math.max(0, debt - ms)",
    to: "debt - ms",
  },
  {
    name: "a clock that went back is believed",
    file: GCRA,
    from: "Math.max(0, to - from)",
    to: "to - from",
  },
  {
    name: "joins take from the messages' budget",
    file: ADMISSION,
    from: "...charge(this.ports.rates, budget, kind)",
    to: '...charge(this.ports.rates, budget, "message")',
  },
  {
    name: "a refusal costs an action",
    file: ADMISSION,
    from: "if (retryAfter > 0) return {",
    to: "if (retryAfter > 0) this.change(holding, charge(this.ports.rates, budget, action.kind));\n      if (retryAfter > 0) return {",
  },
  {
    name: "no burst while the budget is on its way",
    file: ADMISSION,
    from: "if (session.waiting.length >= MAX_WAITING)",
    to: "if (session.waiting.length >= 1)",
  },
  {
    name: "the text that waits for the budget has no bound",
    file: ADMISSION,
    from: "if (textIn(session.waiting) + textIn([action]) > MAX_WAITING_LENGTH)",
    to: "if (session.waiting.length < 0)",
  },
  {
    name: "a refusal writes the grant that it rests on",
    file: ADMISSION,
    from: "if (holding.isKept) this.stale.add(holding);",
    to: "this.stale.add(holding);",
  },
  {
    name: "a room is forgotten while something is owed",
    file: UPKEEP,
    from: "if (isEmpty && isTidy && through >= log.head) return this.forget();",
    to: "if (isEmpty && through >= log.head) return this.forget();",
  },
  {
    name: "a room is forgotten with its messages",
    file: UPKEEP,
    from: "if (isEmpty && isTidy && through >= log.head) return this.forget();",
    to: "if (isEmpty && isTidy) return this.forget();",
  },
  {
    name: "an epoch is said that is not written",
    file: ROOM,
    from: 'if (!this.ports.log.isNamed) this.effects.emit({ type: "name-log" });',
    to: "",
  },
  {
    name: "the room asks even where its own row refuses",
    file: ADMISSION,
    from: "if (retryAfter > 0) return {",
    to: 'if (retryAfter > 0 && (isAlone || holding.row.state === "held")) return {',
  },
  {
    name: "a frozen row admits",
    file: ADMISSION,
    from: 'if (holding.row.state === "held" || isAlone) return',
    to: 'if (holding.row.state !== "returned" || isAlone) return',
  },
  {
    name: "yielding freezes nothing",
    file: ADMISSION,
    from: 'if (row.state !== "yielded") this.change(holding, { state: "yielded", debts, at });',
    to: "",
  },
  {
    name: "an overtaken answer is believed",
    file: ADMISSION,
    from: "if (holding.asking !== null && term !== holding.row.term) holding.asking.isVoid = true;",
    to: "",
  },
  {
    name: "a question for a term that was void voids the next answer too",
    file: ADMISSION,
    from: "if (holding.asking !== null && term !== holding.row.term)",
    to: "if (holding.asking !== null)",
  },
  {
    name: "an overtaken answer is asked for again and again",
    file: ADMISSION,
    from: "asking.isVoid && isWithinCall(asking.since, now)",
    to: "asking.isVoid",
  },
  {
    name: "what is yielded was spent under any term",
    file: ADMISSION,
    from: "return { debts, isSpent: row.spent === term };",
    to: 'return { debts, isSpent: row.spent !== "" };',
  },
  {
    name: "what is yielded was never spent",
    file: ADMISSION,
    from: "return { debts, isSpent: row.spent === term };",
    to: "return { debts, isSpent: false };",
  },
  {
    name: "the debt that is yielded is as of its last change",
    file: ADMISSION,
    from: "const { debts, at } = asOf(row, now);",
    to: "const { debts, at } = row;",
  },
  {
    name: "what is granted replaces what the room knows",
    file: ADMISSION,
    from: "larger(known, landed(debts, now))",
    to: "landed(debts, now)",
  },
  {
    name: "a debt travels as an instant",
    file: BUDGET,
    from: "debts[kind] === 0 ? 0 : debts[kind] + 1",
    to: "Math.max(0, debts[kind] - now)",
  },
  {
    name: "a debt is no longer on the clock that it comes to",
    file: BUDGET,
    from: "debts[kind] === 0 ? 0 : debts[kind] + 1",
    to: "debts[kind]",
  },
  {
    name: "the row is not written with the message",
    file: "src/room/flushes.ts",
    from: "admission.write(now);\n    const { messages",
    to: "const { messages",
  },
  {
    name: "the row of a join is written with the next flush",
    file: "src/room/room.ts",
    from: "this.flushes.write(now);\n      if (!this.ports.log.isNamed)",
    to: "if (!this.ports.log.isNamed)",
  },
  {
    name: "a refused hello keeps its deadline",
    file: ROOM,
    from: 'if (action.kind === "join") this.postpone(session, now + verdict.retryAfter);',
    to: "",
  },
  {
    name: "erasing a room drops its ledger",
    file: UPKEEP,
    from: 'effects.emit({ type: "erase", epoch });',
    to: 'effects.emit({ type: "erase", epoch });\n    const identities = [...membership.sessions.values()].map((session) => session.identity);\n    effects.emit({ type: "drop-budgets", identities });',
  },
  {
    name: "a budget that comes when everybody has left stays",
    file: ROOM,
    from: "if (!this.membership.isHere(identity)) this.admission.leave(identity, now);",
    to: "",
  },
  {
    name: "what a crash left behind as held is never given back",
    file: ADMISSION,
    from: 'else if (state === "held" && !this.ports.isHere(identity)) this.leave(identity, now);',
    to: "",
  },
  {
    name: "a give-back that was not heard is not said again",
    file: ADMISSION,
    from: 'if (state === "returned" && isOver) this.giveBack({ ...row, ...asOf(row, now) });',
    to: "",
  },
  {
    name: "a row is dropped while something is owed",
    file: ADMISSION,
    from: 'row?.state === "returned" && isClear(row, now)',
    to: 'row?.state === "returned"',
  },
  {
    name: "a limiter that is down lets all pass",
    file: ADMISSION,
    from: "if (retryAfter > 0) return {",
    to: "if (retryAfter > 0 && !isAlone) return {",
  },
  {
    name: "a limiter that is down allows a burst",
    file: ADMISSION,
    from: "isAlone ? this.alone : this.ports.rates",
    to: "this.ports.rates",
  },
  {
    name: "what is admitted without the limiter is not owed",
    file: ADMISSION,
    from: "return this.admit(holding, budget, action.kind);",
    to: 'return isAlone ? { type: "admitted" } : this.admit(holding, budget, action.kind);',
  },
  {
    name: "a late give-back counts",
    file: LIMITER,
    from: "if (event.term === this.account.holder?.term) this.end",
    to: "if (this.account.holder !== null) this.end",
  },
  {
    name: "a give-back is believed twice",
    file: LIMITER,
    from: "if (event.term === this.account.holder?.term) this.end",
    to: "if (this.account.holder === null || event.term === this.account.holder.term) this.end",
  },
  {
    name: "the budget is granted while another room holds it",
    file: LIMITER,
    from: "if (!isTooLate && holder !== null && holder.room !== take.room) return",
    to: "if (isTooLate && holder !== null && holder.room !== take.room) return",
  },
  {
    name: "a silent holder is robbed",
    file: LIMITER,
    from: "if (answer !== null) return this.end(answer, now);",
    to: "return this.end(answer ?? { debts: FULL.debts, isSpent: true }, now);",
  },
  {
    name: "two moves at once",
    file: LIMITER,
    from: "if (this.asked === null) this.serve(event.now);",
    to: "this.serve(event.now);",
  },
  {
    name: "the budget moves to a room that waits no longer",
    file: LIMITER,
    from: "const isTooLate = elapsed(take.now, now) >= CALL_MS;",
    to: "const isTooLate = false;",
  },
  {
    name: "what nobody knew stays unknown",
    file: ADMISSION,
    from: "spent: spent ?? term,",
    to: 'spent: spent ?? "",',
  },
  {
    name: "every room's own books are exact",
    file: ADMISSION,
    from: "const isExact = spent === row.spent;",
    to: "const isExact = true;",
  },
  {
    name: "no room's own books are exact",
    file: ADMISSION,
    from: "const isExact = spent === row.spent;",
    to: "const isExact = false;",
  },
  {
    name: "a holder that asks again is the last spender still",
    file: LIMITER,
    from: "const known = holder === null ? spent : null;",
    to: "const known = spent;",
  },
  {
    name: "what a room gives back replaces what the limiter knows",
    file: LIMITER,
    from: "budget: larger(asOf(budget, now), landed(debts, now)),",
    to: "budget: landed(debts, now),",
  },
  {
    name: "a limiter forgets what is owed",
    file: LIMITER,
    from: "if (isClear(budget, now)) {",
    to: "if (isClear(budget, now) || budget.at > 0) {",
  },
  {
    name: "a limiter grants before it is durable",
    file: "src/rate-limit/limiter.ts",
    from: 'this.effects.push({ type: "keep", account: this.account });\n    this.wakeBy(now + HELD_MS, now);',
    to: "this.wakeBy(now + HELD_MS, now);",
  },
  {
    name: "a limiter writes only when it grants",
    file: LIMITER,
    from: 'this.effects.push({ type: "keep", account: this.account });\n      this.wakeBy(clearAt',
    to: "this.wakeBy(clearAt",
  },
  {
    name: "the limiter only in memory",
    file: SHELL,
    from: "this.ctx.storage.kv.put(KEY, effect.account);",
    to: "",
  },
  {
    name: "a load token skips the limiter",
    file: "src/worker.ts",
    from: "env.LIMITERS.idFromName(counted.key).toString()",
    to: '(counted.key.startsWith("load:") ? env.LIMITERS.newUniqueId() : env.LIMITERS.idFromName(counted.key)).toString()',
  },
  {
    name: "a client's wait is longer than its timer takes",
    file: BACKOFF,
    from: "Math.min(retryAfter + more, LONGEST_TIMER_MS)",
    to: "retryAfter + more",
  },
  {
    name: "a limiter's check takes the budget from a room that uses it",
    file: ADMISSION,
    from: 'if (isCheck && isHere && holding.row.state === "held" && holding.row.term === term) return null;',
    to: "",
  },
  {
    name: "a limiter's check leaves the budget where nobody uses it",
    file: ADMISSION,
    from: "if (isCheck && isHere && holding",
    to: "if (isCheck && holding",
  },
];

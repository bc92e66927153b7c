// The Worker as it is deployed, with a meter for what rooms and limiters do by themselves: calls, alarms, rows written. Upgrades and frames
// are counted by who sends them. All objects of one workerd share an isolate, so what is counted on a prototype is counted for all of them.
import worker, { ChatRoom as Room, RateLimiter as Limiter } from "../../src/worker.ts";

/** Calls between objects and alarms that ring; rows that are written, with keys and alarms that are set as one each. */
const bill = { calls: 0, rows: 0 };

export default {
  fetch(request, env): Promise<Response> | Response {
    if (new URL(request.url).pathname === "/metered") return Response.json(bill);
    return worker.fetch(request, env);
  },
} satisfies ExportedHandler<Env>;

export class ChatRoom extends Room {
  constructor(ctx: DurableObjectState, env: Env) {
    watch(ctx.storage);
    super(ctx, env);
  }
}

export class RateLimiter extends Limiter {
  constructor(ctx: DurableObjectState, env: Env) {
    watch(ctx.storage);
    super(ctx, env);
  }
}

for (const name of ["take", "giveBack", "alarm"]) count(Limiter.prototype, name, () => (bill.calls += 1));
for (const name of ["yieldBudget", "alarm"]) count(Room.prototype, name, () => (bill.calls += 1));

let isWatched = false;

/** Any object's storage will do: it shows the classes. */
function watch(storage: DurableObjectStorage): void {
  if (isWatched) return;
  isWatched = true;
  // Inserts and deletes have written when `exec` returns.
  count(
    classOf(storage.sql),
    "exec",
    (cursor) => (bill.rows += (cursor as { rowsWritten: number }).rowsWritten),
  );
  count(classOf(storage.kv), "put", () => (bill.rows += 1));
  for (const name of ["deleteAll", "setAlarm"]) count(classOf(storage), name, () => (bill.rows += 1));
}

/** Lets `seen` see what a method returns. */
function count(owner: object, name: string, seen: (result: unknown) => void): void {
  const original = Reflect.get(owner, name) as (...args: readonly unknown[]) => unknown;
  Reflect.set(owner, name, function (this: unknown, ...args: readonly unknown[]): unknown {
    const result = Reflect.apply(original, this, args);
    seen(result);
    return result;
  });
}

function classOf(object: object): object {
  return Object.getPrototypeOf(object) as object;
}

// The Worker as it is deployed, with a meter for what rooms and limiters do by themselves: calls, alarms, rows written. Upgrades and frames
// are counted by who sends them. All objects of one workerd share an isolate, so what is counted on a prototype is counted for all of them.
import worker, { ChatRoom as Room, RateLimiter as Limiter } from "../../src/worker.ts";
import { type Bill, NO_BILL } from "./bill.ts";

const bill: { -readonly [Count in keyof Bill]: number } = { ...NO_BILL };

export default {
  fetch(request, env): Promise<Response> | Response {
    if (new URL(request.url).pathname === "/metered") return Response.json(bill);
    bill.worker += 1;
    return worker.fetch(request, env);
  },
} satisfies ExportedHandler<Env>;

export class ChatRoom extends Room {
  constructor(ctx: DurableObjectState, env: Env) {
    watch(ctx.storage);
    super(ctx, env);
    bill.rooms += 1;
  }
}

export class RateLimiter extends Limiter {
  constructor(ctx: DurableObjectState, env: Env) {
    watch(ctx.storage);
    super(ctx, env);
  }
}

count(Room.prototype, "fetch", () => (bill.upgrades += 1));
for (const name of ["take", "giveBack", "alarm"]) count(Limiter.prototype, name, () => (bill.calls += 1));
for (const name of ["yieldBudget", "alarm"]) count(Room.prototype, name, () => (bill.calls += 1));

/** One that is closed twice was closed once. */
const closed = new WeakSet<object>();
/** How a room answers a close of its peer. */
const ANSWER = 1000;

count(WebSocket.prototype, "close", (_result, socket, code) => {
  if (code === ANSWER || closed.has(socket)) return;
  closed.add(socket);
  bill.closed += 1;
});

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

/** Lets `seen` see what a method returns, of whom, and what it was given first. */
function count(
  owner: object,
  name: string,
  seen: (result: unknown, self: object, given: unknown) => void,
): void {
  const original = Reflect.get(owner, name) as (...args: readonly unknown[]) => unknown;
  Reflect.set(owner, name, function (this: object, ...args: readonly unknown[]): unknown {
    const result = Reflect.apply(original, this, args);
    seen(result, this, args[0]);
    return result;
  });
}

function classOf(object: object): object {
  return Object.getPrototypeOf(object) as object;
}

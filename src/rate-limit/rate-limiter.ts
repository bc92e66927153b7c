// One identity's limiter as a Durable Object: one address, one object, over all rooms. limiter.ts decides.
import { randomUUID } from "node:crypto";
import { DurableObject } from "cloudflare:workers";
import type { Grant, Yielded } from "./budget.ts";
import { inTime } from "./in-time.ts";
import {
  type Account,
  type Holder,
  Limiter,
  type LimiterEffect,
  type LimiterEvent,
  NEW_ACCOUNT,
} from "./limiter.ts";

const KEY = "budget";

/** Who asks for the budget: the room's object id, and the identity that this limiter is for. */
export interface Asker {
  readonly room: string;
  readonly identity: string;
}

export class RateLimiter extends DurableObject<Env> {
  private readonly limiter: Limiter;
  private readonly answers = new Map<number, (grant: Grant | null) => void>();
  private calls = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.limiter = new Limiter(ctx.storage.kv.get<Account>(KEY) ?? NEW_ACCOUNT);
  }

  /** Moves the budget to a room. null: the room that holds it does not answer. An answer is sent only once it is durable. */
  take({ room, identity }: Asker): Promise<Grant | null> {
    const call = ++this.calls;
    return new Promise((resolve) => {
      this.answers.set(call, resolve);
      this.handle({ type: "take", now: Date.now(), call, room, identity, term: randomUUID() });
    });
  }

  /** A room has no use for the budget any more. Of an older term it changes nothing, so it may be said twice. */
  giveBack(term: string, left: Yielded): void {
    this.handle({ type: "given-back", now: Date.now(), term, left });
  }

  override alarm(): void {
    this.handle({ type: "alarm", now: Date.now() });
  }

  private handle(event: LimiterEvent): void {
    try {
      for (const effect of this.limiter.handle(event)) this.perform(effect);
    } catch (error) {
      // Storage refused. Nobody was answered; start again from what is on disk, as a room does.
      console.error({ event: "limiter-reset", cause: error instanceof Error ? error.message : "unknown" });
      this.ctx.abort("The rate limiter could not write and starts again.");
    }
  }

  private perform(effect: LimiterEffect): void {
    switch (effect.type) {
      case "keep":
        this.ctx.storage.kv.put(KEY, effect.account);
        break;
      case "forget":
        this.ctx.waitUntil(this.ctx.storage.deleteAll());
        break;
      case "yield":
        this.ctx.waitUntil(this.ask(effect.holder, effect.isCheck));
        break;
      case "answer":
        this.answers.get(effect.call)?.(effect.grant);
        this.answers.delete(effect.call);
        break;
      case "wake-at":
        this.ctx.waitUntil(this.ctx.storage.setAlarm(effect.at));
        break;
      default:
        effect satisfies never;
    }
  }

  private async ask({ room, identity, term }: Holder, isCheck: boolean): Promise<void> {
    const { ROOMS } = this.env;
    const answer = await inTime(() =>
      ROOMS.get(ROOMS.idFromString(room)).yieldBudget(identity, term, isCheck),
    );
    this.handle({ type: "yielded", now: Date.now(), term, answer });
  }
}

// One identity's budget as a Durable Object: one address, one object, over all rooms. All decisions are in charge.ts.
import { DurableObject } from "cloudflare:workers";
import { type Env, varsOf } from "../env.ts";
import { readPolicy } from "../room/config.ts";
import { type Account, type Charge, charge, type ChargeReply, NEW_ACCOUNT, release } from "./charge.ts";
import type { Policy } from "./gcra.ts";

const KEY = "account";

export class RateLimiter extends DurableObject<Env> {
  private readonly policy: Policy;
  private account: Account;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.policy = readPolicy(varsOf(env));
    // In storage, not only in memory: eviction must not be a refill (L6).
    this.account = ctx.storage.kv.get<Account>(KEY) ?? NEW_ACCOUNT;
  }

  /** Charges actions; see charge.ts. A reply is sent only once the charge is durable. */
  charge(request: Charge): ChargeReply {
    const { account, reply } = charge(this.policy, this.account, request, Date.now());
    this.keep(account);
    return reply;
  }

  /** Gives back the pass of a connection that is gone. */
  release(holder: string): void {
    this.keep(release(this.account, holder));
  }

  private keep(account: Account): void {
    this.account = account;
    this.ctx.storage.kv.put(KEY, account);
  }
}

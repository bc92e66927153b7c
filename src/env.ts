// The Worker's bindings, as wrangler.toml names them. Vars are parsed where they are read.
import type { ChatRoom } from "./room/chat-room.ts";
import type { RateLimiter } from "./rate-limit/rate-limiter.ts";

export interface Env {
  readonly ROOMS: DurableObjectNamespace<ChatRoom>;
  readonly LIMITERS: DurableObjectNamespace<RateLimiter>;
  readonly ASSETS: Fetcher;
  readonly ALLOWED_ORIGINS?: string;
  /** A secret. Unset: rooms cannot be erased over the network. */
  readonly ADMIN_TOKEN?: string;
  /** A secret. Unset: no load token is accepted. */
  readonly LOAD_TOKEN_SECRET?: string;
}

/** The bindings as unchecked vars, for the parsers in room/config.ts. */
export const varsOf = (env: Env): Readonly<Record<string, unknown>> => ({ ...env });

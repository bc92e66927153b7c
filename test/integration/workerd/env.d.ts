// The bindings and the Worker's exports, for `cloudflare:workers` in tests.
declare namespace Cloudflare {
  interface Env {
    readonly ROOMS: DurableObjectNamespace<import("../../../src/room/chat-room.ts").ChatRoom>;
    readonly LIMITERS: DurableObjectNamespace<import("../../../src/rate-limit/rate-limiter.ts").RateLimiter>;
    readonly HISTORY_MAX_ROWS: number;
    readonly HISTORY_MAX_AGE_MS: number;
    readonly RATE_PERIOD_MS: number;
    readonly RATE_BURST: number;
    readonly MAX_SOCKETS_PER_IDENTITY: number;
    readonly SLOW_READER_BYTES: number;
    readonly JOIN_DEADLINE_MS: number;
    readonly ADMIN_TOKEN: string;
    /** How many cases to try, compared with the usual number; see vitest.config.ts. */
    readonly RUNS: string;
    readonly ASSETS: Fetcher;
    readonly LOAD_TOKEN_SECRET: string;
  }
  interface GlobalProps {
    mainModule: typeof import("../../../src/worker.ts");
  }
}

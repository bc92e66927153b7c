// The bindings and the Worker's exports, for `cloudflare:workers` in tests.
declare namespace Cloudflare {
  interface Env {
    readonly ROOMS: DurableObjectNamespace<import("../../../src/room/chat-room.ts").ChatRoom>;
    readonly LIMITERS: DurableObjectNamespace<import("../../../src/rate-limit/rate-limiter.ts").RateLimiter>;
  }
  interface GlobalProps {
    mainModule: typeof import("../../../src/worker.ts");
  }
}

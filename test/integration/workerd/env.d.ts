// What vitest.config.ts binds for tests beside wrangler.toml's bindings, for `cloudflare:workers`.
declare namespace Cloudflare {
  interface Env {
    readonly ADMIN_TOKEN: string;
    readonly LOAD_TOKEN_SECRET: string;
    /** How many cases to try, compared with the usual number; see vitest.config.ts. */
    readonly RUNS: string;
    /** Draws histories. */
    readonly TIMELINES: Fetcher;
  }
}

/** A document as text. */
declare module "*.md?raw" {
  const text: string;
  export default text;
}

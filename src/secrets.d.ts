// The Worker's secrets, which stand in no file: `wrangler types` cannot know them (worker-configuration.d.ts has the rest).
interface Secrets {
  /** Unset: rooms cannot be erased over the network. */
  readonly ADMIN_TOKEN?: string;
  /** Unset: no load token is accepted. */
  readonly LOAD_TOKEN_SECRET?: string;
}
interface Env extends Secrets {}
declare namespace Cloudflare {
  interface Env extends Secrets {}
}

// Made by `npm run types` from wrangler.toml; not to be edited.
interface __BaseEnv_Env {
	ASSETS: Fetcher;
	RATE_PERIOD_MS: number;
	RATE_BURST: number;
	ALLOWED_ORIGINS: string;
	MAX_SOCKETS_PER_ROOM: number;
	MAX_SOCKETS_PER_IDENTITY: number;
	JOIN_DEADLINE_MS: number;
	SILENCE_MS: number;
	HISTORY_MAX_ROWS: number;
	HISTORY_MAX_AGE_MS: number;
	ROSTER_MAX: number;
	SLOW_READER_BYTES: number;
	MAX_MESSAGE_LENGTH: number;
	ROOMS: DurableObjectNamespace<import("./src/worker").ChatRoom>;
	LIMITERS: DurableObjectNamespace<import("./src/worker").RateLimiter>;
}
declare namespace Cloudflare {
	interface GlobalProps {
		mainModule: typeof import("./src/worker");
		durableNamespaces: "ChatRoom" | "RateLimiter";
	}
	interface StagingEnv {
		ASSETS: Fetcher;
		RATE_PERIOD_MS: number;
		RATE_BURST: number;
		ALLOWED_ORIGINS: string;
		MAX_SOCKETS_PER_ROOM: number;
		MAX_SOCKETS_PER_IDENTITY: number;
		JOIN_DEADLINE_MS: number;
		SILENCE_MS: number;
		HISTORY_MAX_ROWS: number;
		HISTORY_MAX_AGE_MS: number;
		ROSTER_MAX: number;
		SLOW_READER_BYTES: number;
		MAX_MESSAGE_LENGTH: number;
		ROOMS: DurableObjectNamespace<import("./src/worker").ChatRoom>;
		LIMITERS: DurableObjectNamespace<import("./src/worker").RateLimiter>;
	}
	interface Env extends __BaseEnv_Env {}
}
interface Env extends __BaseEnv_Env {}
type StringifyValues<EnvType extends Record<string, unknown>> = {
	[Binding in keyof EnvType]: EnvType[Binding] extends string ? EnvType[Binding] : string;
};
declare namespace NodeJS {
	interface ProcessEnv extends StringifyValues<Pick<Cloudflare.Env, "RATE_PERIOD_MS" | "RATE_BURST" | "ALLOWED_ORIGINS" | "MAX_SOCKETS_PER_ROOM" | "MAX_SOCKETS_PER_IDENTITY" | "JOIN_DEADLINE_MS" | "SILENCE_MS" | "HISTORY_MAX_ROWS" | "HISTORY_MAX_AGE_MS" | "ROSTER_MAX" | "SLOW_READER_BYTES" | "MAX_MESSAGE_LENGTH">> {}
}
declare module "*.txt" {
	const value: string;
	export default value;
}
declare module "*.html" {
	const value: string;
	export default value;
}
declare module "*.sql" {
	const value: string;
	export default value;
}
declare module "*.bin" {
	const value: ArrayBuffer;
	export default value;
}
declare module "*.wasm" {
	const value: WebAssembly.Module;
	export default value;
}
declare module "*.wasm?module" {
	const value: WebAssembly.Module;
	export default value;
}

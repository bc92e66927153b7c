// What k6 gives to scripts and @types/k6 leaves out. Rows are those of load/host/CONTRACT.md.
import "k6/websockets";

declare global {
  /** [K3] Goes to the log; nothing of it is part of a result. */
  const console: Record<"debug" | "error" | "info" | "log" | "warn", (...values: unknown[]) => void>;
}

declare module "k6/websockets" {
  /** [K14] `timestamp` is the epoch clock, in ms with a fraction. */
  interface OpenEvent {
    readonly type: "open";
    readonly timestamp: number;
  }

  /** [K22] `code` is absent where no close frame came: the network broke, or the handshake was refused. */
  interface CloseEvent {
    readonly type: "close";
    readonly code?: number;
    readonly reason: string;
    readonly timestamp: number;
  }

  interface WebSocket {
    addEventListener(event: "open", listener: (event: OpenEvent) => void): void;
    addEventListener(event: "message", listener: (event: MessageEvent) => void): void;
    addEventListener(event: "close", listener: (event: CloseEvent) => void): void;
    addEventListener(event: "error", listener: (event: ErrorEvent) => void): void;
    addEventListener(event: "ping" | "pong", listener: () => void): void;
  }
}

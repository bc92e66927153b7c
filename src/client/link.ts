// The life of a client's socket: when to open one, whether its peer still lives, when to come back. Nothing of what is said on it.
import { PING } from "../protocol/limits.ts";
import type { CLOSE, ErrorCode } from "../protocol/messages.ts";
import { backoff } from "./backoff.ts";
import type { ClientEffect, DeviceHint, Status, Timer } from "./events.ts";

// The compiler holds them to the protocol's table, which a client need not carry.
const SUPERSEDED: (typeof CLOSE)["superseded"] = 4001;
const FULL: (typeof CLOSE)["full"] = 4003;
const FLOODING: (typeof CLOSE)["flooding"] = 4011;

const PING_EVERY_MS = 25_000;
const PONG_WITHIN_MS = 10_000;
/** After a hint that the network changed, an answer has to come sooner; */
const PROBE_WITHIN_MS = 3_000;
/** and while it is said to be gone, one answer is no proof for long: the loss may be yet to come. */
const PROBE_EVERY_MS = 5_000;
/** Live for so long: the next loss starts with a short backoff again. */
const STEADY_MS = 10_000;
/** A full room, and one that had enough of us, are not tried again soon. */
const PATIENT_ATTEMPT = 5;
const FLOODED = "The room closed this connection: too much came from it at once.";

/** The timers of a link; the others are the conversation's. */
export type LinkTimer = Exclude<Timer, "resend" | "history" | "answer" | "typing">;

export interface LinkPorts {
  readonly emit: (effect: ClientEffect) => void;
  /** The socket is gone, and with it what was said on it and not answered. */
  readonly onEnd: () => void;
}

export class Link {
  readonly #ports: LinkPorts;
  #socket: "none" | "opening" | "open" = "none";
  #status: Status = "connecting";
  #attempt = 0;
  /** Pings that are not answered, and how soon a sign of life has to come while there are any. */
  #unanswered = 0;
  #withinMs = PONG_WITHIN_MS;
  /** The device said so, and has not taken it back. */
  #isNetworkGone = false;
  /** Why the room has no place for us just now, in its words. */
  #complaint = "";

  constructor(ports: LinkPorts) {
    this.#ports = ports;
  }

  get isOpen(): boolean {
    return this.#socket === "open";
  }

  /** Whether the room has let us in, on this socket. */
  get isLive(): boolean {
    return this.#status === "live";
  }

  open(): void {
    this.#socket = "opening";
    this.#arm("reconnect", null);
    this.expectAnswer();
    this.#setStatus("connecting");
    this.#ports.emit({ type: "open" });
  }

  /** A good moment to come back, if an attempt was being waited for, and to see whether a socket still lives. */
  hint(type: DeviceHint): void {
    if (type !== "visible") this.#isNetworkGone = type === "offline";
    if (this.#status === "offline" && type !== "offline") this.open();
    else this.#probe();
  }

  opened(): void {
    this.#socket = "open";
  }

  /** Something was asked: a peer that says nothing at all for so long is gone. */
  expectAnswer(): void {
    this.#arm("pong", PONG_WITHIN_MS);
  }

  /**
   * Something came. Other than a pong it does not answer a ping: it may have been on its way when the peer died. But a
   * pong may be behind much else, so that whatever comes gives it more time.
   */
  heard(isPong: boolean): void {
    if (isPong && this.#unanswered > 0) this.#unanswered -= 1;
    this.#arm("pong", this.#unanswered > 0 ? this.#withinMs : null);
  }

  joined(): void {
    this.#setStatus("live");
    this.#arm("steady", STEADY_MS);
    this.#arm("ping", PING_EVERY_MS);
  }

  /** The room asks us to say our name again later, on the same socket. */
  putOff(retryMs: number): void {
    this.#setStatus("connecting", { retryMs });
  }

  /** What the room says before it closes: told with the loss. */
  complain(text: string): void {
    this.#complaint = text;
  }

  onTimer(timer: LinkTimer, random: number): void {
    switch (timer) {
      case "reconnect":
        if (this.#socket === "none") this.open();
        break;
      case "ping":
        if (!this.isLive) return;
        if (this.#isNetworkGone) return this.#probe();
        // Also while much is received: pings are all by which the room knows that somebody is there (P6).
        this.#ping(PONG_WITHIN_MS, PING_EVERY_MS);
        break;
      case "pong":
        this.drop(random);
        break;
      case "steady":
        this.#attempt = 0;
        break;
      default:
        timer satisfies never;
    }
  }

  /** The peer is silent, or what came does not fit what was seen: come back and resume. */
  drop(random: number): void {
    this.#ports.emit({ type: "close" });
    this.onClosed(1006, random);
  }

  giveUp(status: "superseded" | "refused", reason: string, code?: ErrorCode): void {
    this.#ports.emit({ type: "close" });
    this.#end();
    this.#setStatus(status, { reason, ...(code && { code }) });
  }

  onClosed(code: number, random: number): void {
    if (this.#socket === "none") return;
    if (code === SUPERSEDED) return this.giveUp("superseded", "You joined from elsewhere.");
    this.#end();
    const isFlooded = code === FLOODING;
    if (code === FULL || isFlooded) this.#attempt = Math.max(this.#attempt, PATIENT_ATTEMPT);
    const ms = backoff(this.#attempt++, random);
    const reason = isFlooded ? FLOODED : this.#complaint;
    this.#setStatus("offline", { retryMs: ms, ...(reason !== "" && { reason }) });
    this.#complaint = "";
    this.#arm("reconnect", ms);
  }

  #probe(): void {
    if (!this.isLive) return;
    this.#ping(PROBE_WITHIN_MS, this.#isNetworkGone ? PROBE_EVERY_MS : PING_EVERY_MS);
  }

  #ping(withinMs: number, nextMs: number): void {
    this.#unanswered += 1;
    this.#withinMs = withinMs;
    this.#ports.emit({ type: "transmit", text: PING });
    this.#arm("pong", withinMs);
    this.#arm("ping", nextMs);
  }

  #end(): void {
    this.#socket = "none";
    this.#unanswered = 0;
    for (const timer of ["ping", "pong", "steady"] as const) this.#arm(timer, null);
    this.#ports.onEnd();
  }

  #setStatus(status: Status, more: { retryMs?: number; reason?: string; code?: ErrorCode } = {}): void {
    this.#status = status;
    this.#ports.emit({ type: "status", status, ...more });
  }

  #arm(timer: LinkTimer, ms: number | null): void {
    this.#ports.emit({ type: "timer", timer, ms });
  }
}

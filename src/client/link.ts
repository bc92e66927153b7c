// The life of a client's socket: when to open one, whether its peer still lives, when to come back. Nothing of what is said on it.
import { PING } from "../protocol/limits.ts";
import type { CLOSE, ErrorCode } from "../protocol/messages.ts";
import { backoff } from "./backoff.ts";
import type { Effects } from "./effects.ts";
import type { AppEvent, DeviceHint, Status, Timer } from "./events.ts";

// The compiler holds them to the protocol's table, which a client need not carry.
const SUPERSEDED: (typeof CLOSE)["superseded"] = 4001;
const FULL: (typeof CLOSE)["full"] = 4003;
const FLOODING: (typeof CLOSE)["flooding"] = 4011;

/** Codes for a first frame that the room will never take. */
const FINAL: readonly ErrorCode[] = ["bad-frame", "frame-too-large", "name-too-long"];

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
export type LinkTimer = Exclude<Timer, "resend" | "history" | "typing">;

type StatusNow = Omit<Extract<AppEvent, { type: "status" }>, "type">;

export class Link {
  readonly #effects: Effects;
  #socket: "none" | "opening" | "open" = "none";
  #status: Status = "connecting";
  #attempt = 0;
  /** Pings that are not answered, and how soon a sign of life has to come while there are any. */
  #unanswered = 0;
  #withinMs = PONG_WITHIN_MS;
  /** The device said so, and has not taken it back. */
  #isNetworkGone = false;
  /** Why the room has no place for us just now, in its words. */
  #complaint: string | undefined;

  constructor(effects: Effects) {
    this.#effects = effects;
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
    this.#unanswered = 0;
    this.#setStatus({ status: "connecting" });
    this.#effects.add({ type: "open" });
    this.#effects.arm("pong", PONG_WITHIN_MS);
  }

  /** A good moment to come back, if an attempt was being waited for, and to see whether a socket still lives. */
  hint(type: DeviceHint): void {
    if (type !== "visible") this.#isNetworkGone = type === "offline";
    if (this.isLive) this.#ping(PROBE_WITHIN_MS);
    else if (this.#status === "offline" && type !== "offline") this.open();
  }

  /** The room was told our name: a peer that says nothing at all for so long is gone. */
  greeted(): void {
    this.#socket = "open";
    this.#effects.arm("pong", PONG_WITHIN_MS);
  }

  /**
   * Something came. Other than a pong it does not answer a ping: it may have been on its way when the peer died. But a
   * pong may be behind much else, so that whatever comes gives it more time.
   */
  heard(isPong: boolean): void {
    if (isPong && this.#unanswered > 0) this.#unanswered -= 1;
    this.#effects.arm("pong", this.#unanswered > 0 ? this.#withinMs : null);
  }

  joined(): void {
    this.#setStatus({ status: "live" });
    this.#effects.arm("steady", STEADY_MS);
    this.#effects.arm("ping", PING_EVERY_MS);
  }

  /** The room asks us to say our name again later, on the same socket. */
  putOff(retryMs: number): void {
    this.#setStatus({ status: "connecting", retryMs });
  }

  /** What is wrong with a hello would be wrong again and again; a room without a place may have one later. */
  refused(reason: string, code: ErrorCode): void {
    if (this.isLive) return;
    if (FINAL.includes(code)) this.#end({ status: "refused", reason, code });
    // Told with the loss that follows.
    else this.#complaint = reason;
  }

  onTimer(timer: LinkTimer, random: number): void {
    switch (timer) {
      case "reconnect":
        if (this.#status === "offline") this.open();
        break;
      case "ping":
        // Also while much is received: pings are all by which the room knows that somebody is there (P6).
        if (this.isLive) this.#ping(this.#isNetworkGone ? PROBE_WITHIN_MS : PONG_WITHIN_MS);
        break;
      case "pong":
      case "answer":
        this.lose(random);
        break;
      case "steady":
        this.#attempt = 0;
        break;
      default:
        timer satisfies never;
    }
  }

  /** Come back and resume: the socket was closed, its peer is silent, or what came does not fit what was seen. */
  lose(random: number, code?: number): void {
    if (this.#socket === "none") return;
    if (code === SUPERSEDED) return this.#end({ status: "superseded", reason: "You joined from elsewhere." });
    const isFlooded = code === FLOODING;
    if (code === FULL || isFlooded) this.#attempt = Math.max(this.#attempt, PATIENT_ATTEMPT);
    const retryMs = backoff(this.#attempt++, random);
    this.#end({ status: "offline", retryMs, reason: isFlooded ? FLOODED : this.#complaint });
    this.#complaint = undefined;
    this.#effects.arm("reconnect", retryMs);
  }

  #ping(withinMs: number): void {
    this.#unanswered += 1;
    this.#withinMs = withinMs;
    this.#effects.add({ type: "transmit", text: PING });
    this.#effects.arm("pong", withinMs);
    this.#effects.arm("ping", this.#isNetworkGone ? PROBE_EVERY_MS : PING_EVERY_MS);
  }

  #end(status: StatusNow): void {
    this.#socket = "none";
    this.#effects.add({ type: "close" });
    this.#setStatus(status);
  }

  #setStatus(now: StatusNow): void {
    this.#status = now.status;
    this.#effects.add({ type: "status", ...now });
  }
}

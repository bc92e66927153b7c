// How the connection is, in words: a short status under the room's name, and a bar while there is trouble.
import type { AppEvent, Status } from "../events.ts";
import { byId } from "./dom.ts";

type StatusEvent = Omit<Extract<AppEvent, { type: "status" }>, "type">;

export interface StatusLineOptions {
  /** Tries to connect now, not later. */
  readonly onNow: () => void;
  /** Enters the room anew. */
  readonly onRestart: () => void;
  readonly signal: AbortSignal;
}

const WORDS: Readonly<Record<Status, string>> = {
  connecting: "Connecting …",
  live: "Connected",
  offline: "Offline",
  superseded: "Opened elsewhere",
  refused: "Not let in",
};

export class StatusLine {
  private readonly status = byId("status", HTMLElement);
  private readonly bar = byId("trouble", HTMLElement);
  private readonly text = byId("trouble-text", HTMLElement);
  private readonly again = byId("again", HTMLButtonElement);
  private countdown: ReturnType<typeof setInterval> | undefined;
  private isOver = false;

  constructor({ onNow, onRestart, signal }: StatusLineOptions) {
    this.bar.hidden = true;
    this.again.addEventListener("click", () => (this.isOver ? onRestart() : onNow()), { signal });
    signal.addEventListener("abort", () => clearInterval(this.countdown));
  }

  show({ status, reason = "", retryMs = 0 }: StatusEvent): void {
    clearInterval(this.countdown);
    this.status.textContent = WORDS[status];
    this.status.dataset.status = status;
    this.isOver = status === "superseded" || status === "refused";
    this.again.textContent = status === "superseded" ? "Talk here" : "Try now";
    if (status === "live") this.bar.hidden = true;
    // While an attempt is under way the bar stays as it is, so that nothing jumps.
    if (status === "live" || status === "connecting") return;
    this.bar.hidden = false;
    if (status === "superseded") this.text.textContent = "You opened this room elsewhere.";
    else if (status === "refused") this.text.textContent = reason;
    else this.countDown(reason, performance.now() + retryMs);
  }

  private countDown(reason: string, until: number): void {
    const why = reason || "No connection. What you write is kept, and sent when you are back.";
    const tell = (): void => {
      const seconds = Math.ceil((until - performance.now()) / 1_000);
      this.text.textContent = seconds > 0 ? `${why} Next try in ${seconds} s.` : `${why} Trying …`;
    };
    tell();
    this.countdown = setInterval(tell, 1_000);
  }
}

// How the connection is, in words: nothing while all is well, and while it is not, what happens when, and what can be done.
import type { AppEvent } from "../events.ts";
import { byId, count, setText } from "./dom.ts";

export type StatusEvent = Omit<Extract<AppEvent, { type: "status" }>, "type">;

export interface StatusLineOptions {
  /** Tries to connect now, not later. */
  readonly onNow: () => void;
  /** Enters the room anew. */
  readonly onRestart: () => void;
  readonly signal: AbortSignal;
}

const LOST = "No connection. What you write is kept, and sent when you are back.";
const PUT_OFF = "Many are coming in from your network at once.";
const ELSEWHERE = "You opened this room elsewhere.";
/** A connection that takes no longer than this is not worth a word. */
const CALM_MS = 700;

export class StatusLine {
  private readonly chat = byId("chat", HTMLElement);
  private readonly bar = byId("trouble", HTMLElement);
  private readonly text = byId("trouble-text", HTMLElement);
  private readonly when = byId("trouble-when", HTMLElement);
  private readonly again = byId("again", HTMLButtonElement);
  private timer: ReturnType<typeof setInterval> | undefined;
  private isOver = false;
  private unsent = 0;

  constructor({ onNow, onRestart, signal }: StatusLineOptions) {
    this.bar.hidden = true;
    this.again.addEventListener("click", () => (this.isOver ? onRestart() : onNow()), { signal });
    signal.addEventListener("abort", () => clearInterval(this.timer));
  }

  /** How many messages wait for the connection: told with the next words. */
  set waiting(unsent: number) {
    this.unsent = unsent;
  }

  show({ status, reason = "", retryMs }: StatusEvent): void {
    clearInterval(this.timer);
    this.chat.dataset.status = status;
    this.isOver = status === "superseded" || status === "refused";
    if (status === "live") this.bar.hidden = true;
    else if (status === "superseded") this.say(ELSEWHERE, "Talk here");
    else if (status === "refused") this.say(reason, "Try again");
    else if (retryMs !== undefined) {
      const why = reason || (status === "offline" ? LOST : PUT_OFF);
      this.countDown(why, performance.now() + retryMs, status === "offline" ? "Try now" : "");
    } else if (this.bar.hidden) this.timer = setTimeout(() => this.say("Connecting …", ""), CALM_MS);
    // While an attempt is under way the bar stays as it is, so that nothing jumps.
    else this.when.textContent = "Trying …";
  }

  private say(text: string, action: string): void {
    // A screen reader reads what changes: the sentence when it is another one, and not every second.
    setText(this.text, text);
    this.when.textContent = "";
    this.again.textContent = action;
    this.again.hidden = action === "";
    this.bar.hidden = false;
  }

  private countDown(why: string, until: number, action: string): void {
    this.say(why, action);
    const tell = (): void => {
      const seconds = Math.ceil((until - performance.now()) / 1_000);
      const waits = this.unsent > 0 ? `${count(this.unsent, "message")} to send. ` : "";
      this.when.textContent = `${waits}${seconds > 0 ? `Next try in ${seconds} s.` : "Trying …"}`;
    };
    tell();
    this.timer = setInterval(tell, 1_000);
  }
}

// Somebody with a client written for the demo: no resumption, no counters. Each connection is a client of its own in the history.
import { backoff } from "../../src/client/backoff.ts";
import { MAX_CLASSIC_MESSAGE_LENGTH } from "../../src/protocol/limits.ts";
import type { Frame } from "../support/frames.ts";
import { Person } from "./person.ts";

export class ClassicPerson extends Person {
  /** Who is here, by name, as the frames of this connection tell it. */
  readonly names = new Map<string, number>();
  /** What it was told in an order in which it did not happen. */
  readonly complaints: string[] = [];
  /** Who quit, of those that it knew, and did not come back. */
  private readonly gone = new Set<string>();
  private connection = "";
  private hasHeard = false;
  private unanswered = new Set<string>();
  private retry: (() => void) | null = null;
  private attempts = 0;

  get isAtRest(): boolean {
    return this.isLive;
  }

  get holdings(): Person["holdings"] {
    return {
      connection: [this.isLive ? "live" : "not joined"],
      "said, and not answered": [...this.unanswered],
      "believes to be here": [...this.names].filter(([, times]) => times > 0).map(([name]) => name),
    };
  }

  start(): void {
    if (this.isHere) return;
    this.isHere = true;
    this.open();
  }

  stop(): void {
    if (!this.isHere) return;
    this.isHere = false;
    this.retry?.();
    this.disconnect();
    this.end();
  }

  hint(): void {}

  /** The classic protocol cannot tell a repeated frame from a new one. */
  repeat(): void {}

  protected send(message: string): void {
    if (!this.isLive) return;
    const { connection: client, name } = this;
    this.world.history.push({ type: "sent", client, name, message });
    this.unanswered.add(message);
    this.wire?.fromClient(JSON.stringify({ message }));
  }

  opened(): void {
    this.wire?.fromClient(JSON.stringify({ name: this.name }));
  }

  frame(text: string): void {
    const { joined, quit, ready, name, message, timestamp, error, code, retryAfter } = JSON.parse(
      text,
    ) as Frame;
    const { connection: client } = this;
    if (error === undefined) this.noteJoin();
    if (joined !== undefined) this.count(joined, 1);
    if (quit !== undefined) this.count(quit, -1);
    if (ready === true) this.isLive = true;
    if (name !== undefined && message !== undefined && timestamp !== undefined) {
      const seen = { seq: null, name, message, timestamp };
      this.world.history.push({ type: "received", client, epoch: "", seen });
      if (this.gone.has(name))
        this.complaints.push(`[C7] ${client} heard ${name} quit, and then say ${message}`);
      const [oldest] = this.unanswered;
      if (this.unanswered.delete(message)) {
        if (oldest !== message)
          this.complaints.push(`[C18] ${client} said ${oldest} before ${message}, and heard nothing of it`);
        this.world.history.push({ type: "acknowledged", client, epoch: "", message });
      }
    }
    if (error === undefined) return;
    this.counts.refusals += 1;
    this.doubtUnanswered();
    this.noteAnswer(code ?? "");
    if (!this.isLive) this.later(retryAfter ?? 1_000, () => this.opened());
  }

  closed(code: number): void {
    this.end();
    if (code === 1009 || !this.isHere) return;
    this.later(backoff(this.attempts++, this.world.random()) + 100, () => this.open());
  }

  private open(): void {
    this.connection = `${this.name}/${this.counts.connects + 1}`;
    this.names.clear();
    this.gone.clear();
    this.hasHeard = false;
    this.connect();
  }

  private count(name: string, change: number): void {
    const times = (this.names.get(name) ?? 0) + change;
    this.names.set(name, times);
    if (times > 0) this.gone.delete(name);
    else this.gone.add(name);
  }

  /** A refusal is of the oldest message that has no answer; one that is too long is answered out of turn. */
  private noteAnswer(code: string): void {
    const tooLong = [...this.unanswered].find((message) => message.length > MAX_CLASSIC_MESSAGE_LENGTH);
    const [oldest] = this.unanswered;
    const answered = code === "rate-limited" || code === "busy" ? oldest : tooLong;
    if (answered !== undefined && code !== "bad-frame") this.unanswered.delete(answered);
  }

  /** The first frame that is no error: the room lets this connection in. */
  private noteJoin(): void {
    if (this.hasHeard) return;
    this.hasHeard = true;
    const { connection: client } = this;
    const unknown = { epoch: "", resumed: false, after: null, head: null };
    this.world.history.push({ type: "joined", client, ...unknown });
  }

  private later(ms: number, act: () => void): void {
    this.retry?.();
    this.retry = this.world.scheduler.after(ms, act, { channel: null, text: `retry of ${this.name}` });
  }

  private end(): void {
    this.doubtUnanswered();
    this.unanswered.clear();
    this.isLive = false;
    this.world.history.push({ type: "left", client: this.connection });
  }

  /** An error does not say which message it is about, nor a close which were stored: any of them may be missing. */
  private doubtUnanswered(): void {
    const { connection: client } = this;
    for (const message of this.unanswered) this.world.history.push({ type: "failed", client, message });
  }
}

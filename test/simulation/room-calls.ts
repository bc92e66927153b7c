// What one instance of a room asks of limiters, and what it waits for. Ends with the instance.
import type { Grant, Yielded } from "../../src/rate-limit/budget.ts";
import type { RoomEvent } from "../../src/room/effects.ts";
import { type Calls, limiterName, type Route, tellGrant, tellLeft } from "./calls.ts";
import type { LimiterHost } from "./limiters.ts";
import type { Scheduler, Text } from "./scheduler.ts";

export interface RoomCallPorts {
  /** Of the instance. */
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly calls: Calls;
  readonly limiterOf: (identity: string) => LimiterHost;
  readonly clock: () => number;
  /** The output gate of the instance. */
  readonly out: (run: () => void, text: Text) => void;
  readonly isDead: () => boolean;
  readonly handle: (event: RoomEvent) => void;
  /** A budget came, or did not, after so many ms since somebody began to wait for it. */
  readonly onWaited: (ms: number, isGranted: boolean) => void;
}

export class RoomCalls {
  private readonly ports: RoomCallPorts;
  /** Since when each identity's budget is asked for, and with which call. */
  private readonly takes = new Map<string, { readonly since: number; readonly call: number }>();
  private calls = 0;
  private open = 0;

  constructor(ports: RoomCallPorts) {
    this.ports = ports;
  }

  /** Whether no call is under way: the platform does not hibernate meanwhile. */
  get isIdle(): boolean {
    return this.open === 0;
  }

  get isTaking(): boolean {
    return this.takes.size > 0;
  }

  isAsking(identity: string): boolean {
    return this.takes.has(identity);
  }

  take(room: string, identity: string): void {
    const limiter = limiterName(identity);
    const there: Route = { from: room, to: limiter, text: "take" };
    const back = (grant: Grant | null): Route => ({ from: limiter, to: room, text: tellGrant(grant) });
    const { scheduler, calls, limiterOf, clock, handle, onWaited } = this.ports;
    const since = this.takes.get(identity)?.since ?? scheduler.now;
    const call = ++this.calls;
    this.takes.set(identity, { since, call });
    const text = `${this.ports.name}/${call} ${identity}`;
    this.ask<Grant>(
      text,
      (answer, fail) => {
        const take = (): void =>
          limiterOf(identity).take(room, text, (grant) => {
            const told = `${text} ${JSON.stringify(grant)}`;
            calls.travel("take's answer", () => answer(grant), fail, told, back(grant));
          });
        calls.travel("take", take, fail, text, there);
      },
      (grant) => {
        handle({ type: "granted", now: clock(), identity, grant });
        // Asked again, because the answer was void.
        if (this.takes.get(identity)?.call !== call) return;
        this.takes.delete(identity);
        onWaited(scheduler.now - since, grant !== null);
      },
    );
  }

  giveBack(room: string, identity: string, term: string, left: Yielded): void {
    const limiter = limiterName(identity);
    const there: Route = { from: room, to: limiter, text: `gives ${term} back: ${tellLeft(left)}` };
    const back: Route = { from: limiter, to: room, text: "has it back" };
    const { calls, limiterOf, clock, handle } = this.ports;
    const text = `${this.ports.name} ${identity} ${term} ${JSON.stringify(left)}`;
    this.ask<true>(
      text,
      (answer, fail) => {
        const giveBack = (): void =>
          limiterOf(identity).giveBack(term, left, (isHeard) =>
            calls.travel("give-back's answer", () => answer(isHeard), fail, text, back),
          );
        calls.travel("give-back", giveBack, fail, text, there);
      },
      (isHeard) => {
        if (isHeard !== null) handle({ type: "returned", now: clock(), identity });
      },
    );
  }

  /** The deadline counts from now, also while the request waits for a commit. */
  private ask<T>(
    text: string,
    send: (answer: (value: T | null) => void, fail: () => void) => void,
    done: (value: T | null) => void,
  ): void {
    const { calls, out, isDead } = this.ports;
    this.open += 1;
    calls.inTime<T>(
      (answer) => out(() => send(answer, () => answer(null)), text),
      (value) => {
        this.open -= 1;
        if (!isDead()) done(value);
      },
      text,
      isDead,
    );
  }
}

// Somebody with the real client machine on simulated wires. Leaving and coming back is a reload of the page.
import { Connection } from "../../src/client/connection.ts";
import type { AppEvent, ClientEffect, ClientEvent, Timer } from "../../src/client/events.ts";
import { parseSavedOutbox, type SavedOutbox } from "../../src/client/outbox.ts";
import type { Member } from "../../src/protocol/messages.ts";
import { ClientRecorder } from "../support/history.ts";
import { Person, type Surroundings } from "./person.ts";

export class DeliveryPerson extends Person {
  /** Who is here, as the machine reports it. */
  roster: readonly Member[] | null = null;
  count = 0;
  private machine: Connection | null = null;
  private readonly recorder: ClientRecorder;
  private lastMessage = "";
  private readonly timers = new Map<Timer, () => void>();
  private outbox: SavedOutbox = { items: [], epoch: null, counter: 0 };

  constructor(name: string, identity: string, world: Surroundings) {
    super(name, identity, world);
    this.recorder = new ClientRecorder(world.history, name, name);
  }

  get isAtRest(): boolean {
    return this.isLive && this.outbox.items.every(({ state }) => state === "failed");
  }

  get holdings(): Person["holdings"] {
    const { items } = this.outbox;
    return {
      connection: [this.isLive ? "live" : "not joined"],
      outbox: items.map(({ message, state }) => `${message} (${state})`),
      roster: this.roster?.map(({ name }) => name) ?? [`${this.count} people`],
    };
  }

  start(): void {
    if (this.isHere) return;
    this.isHere = true;
    this.world.history.push({ type: "restarted", client: this.name });
    this.machine = new Connection({
      name: this.name,
      key: `the secret key of ${this.name}`,
      client: "tab",
      // Through text, as the page keeps it.
      outbox: parseSavedOutbox(JSON.stringify(this.outbox)) ?? this.outbox,
    });
    this.handle({ type: "start" });
  }

  stop(): void {
    if (!this.isHere) return;
    this.isHere = false;
    this.forget();
    this.machine = null;
    this.isLive = false;
    this.world.history.push({ type: "left", client: this.name });
  }

  hint(type: "online" | "offline"): void {
    this.handle({ type });
  }

  /** Whether there is a message frame of this connection to repeat. */
  get hasSaid(): boolean {
    return this.lastMessage !== "";
  }

  repeat(): void {
    if (this.lastMessage !== "") this.wire?.fromClient(this.lastMessage);
  }

  history(): void {
    this.handle({ type: "history", before: 10 });
  }

  protected send(message: string): void {
    this.recorder.sent(message, message);
    this.handle({ type: "send", id: message, message });
  }

  opened(): void {
    this.handle({ type: "opened" });
  }

  frame(text: string): void {
    if (text.includes('"refused"')) this.counts.refusals += 1;
    if (text.startsWith('{"stored"')) this.counts.repeats += 1;
    this.handle({ type: "frame", frame: text, random: this.world.random() });
  }

  closed(code: number): void {
    this.handle({ type: "closed", code, random: this.world.random() });
  }

  private handle(event: ClientEvent): void {
    for (const effect of this.machine?.handle(event) ?? []) this.perform(effect);
  }

  private perform(effect: ClientEffect): void {
    switch (effect.type) {
      case "open":
        this.forget();
        this.lastMessage = "";
        this.connect();
        break;
      case "close":
        this.forget();
        break;
      case "transmit":
        if (effect.text.startsWith('{"message"')) this.lastMessage = effect.text;
        this.wire?.fromClient(effect.text);
        break;
      case "timer":
        this.arm(effect.timer, effect.ms);
        break;
      default:
        this.observe(effect);
    }
  }

  private forget(): void {
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    this.disconnect();
  }

  private observe(event: AppEvent): void {
    this.recorder.observe(event);
    if (event.type === "outbox") this.outbox = event;
    if (event.type === "roster") {
      this.roster = event.members;
      this.count = event.count;
    }
    if (event.type !== "status") return;
    this.isLive = event.status === "live";
  }

  private arm(timer: Timer, ms: number | null): void {
    this.timers.get(timer)?.();
    this.timers.delete(timer);
    if (ms === null) return;
    const ring = (): void => {
      this.timers.delete(timer);
      this.handle({ type: "timer", timer, random: this.world.random() });
    };
    const what = { channel: null, text: `${timer} of ${this.name}` };
    const cancel = this.world.scheduler.after(ms, ring, what);
    this.timers.set(timer, cancel);
  }
}

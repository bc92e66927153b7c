// The client's machine in a test's hand: what the room says goes in as objects, what the client says comes out as objects.
import { Connection } from "../../src/client/connection.ts";
import type { ClientEffect, ClientEvent } from "../../src/client/events.ts";
import type { SavedOutbox } from "../../src/client/outbox.ts";
import { messageAt } from "./log-contract.ts";

/** The welcome of an empty room. */
export const WELCOME = {
  protocol: 1,
  epoch: "e",
  head: 0,
  counter: 0,
  connection: "c",
  author: "me",
  members: 1,
  resumed: false,
};

export class ClientMachine {
  private readonly connection: Connection;

  constructor(saved: { outbox?: SavedOutbox } = {}) {
    this.connection = new Connection({ name: "ann", key: "k".repeat(16), client: "tab", ...saved });
  }

  handle(event: ClientEvent): readonly ClientEffect[] {
    return this.connection.handle(event);
  }

  receive(frame: object | string, random = 0.5): readonly ClientEffect[] {
    const text = typeof frame === "string" ? frame : JSON.stringify(frame);
    return this.handle({ type: "frame", frame: text, random });
  }

  fire(timer: Extract<ClientEvent, { type: "timer" }>["timer"]): readonly ClientEffect[] {
    return this.handle({ type: "timer", timer, random: 0.5 });
  }

  /** Connects and is welcomed: what the welcome led to. */
  join(welcome: object = {}): readonly ClientEffect[] {
    this.handle({ type: "start" });
    this.handle({ type: "opened" });
    return this.receive({ welcome: { ...WELCOME, ...welcome } });
  }

  /** The connection breaks, and comes back: the hello that is said then. */
  comeBack(): object | undefined {
    this.handle({ type: "closed", code: 1006, random: 0 });
    this.fire("reconnect");
    return transmitted(this.handle({ type: "opened" }))[0];
  }

  say(...messages: readonly string[]): object[] {
    return messages.flatMap((message) => transmitted(this.handle({ type: "send", id: message, message })));
  }
}

/** The frame with the messages from `first` to `last`, of whom `fields` say. */
export const eventsFrame = (first: number, last: number, fields: object = {}): object => ({
  first,
  last,
  events: Array.from({ length: last - first + 1 }, (_, i) => messageAt(first + i, fields)),
});

/** What the client sends, pings aside. */
export const transmitted = (effects: readonly ClientEffect[]): object[] =>
  effects.flatMap((effect) =>
    effect.type === "transmit" && effect.text !== "ping" ? (JSON.parse(effect.text) as object) : [],
  );

/** The effects of these types. */
export const only = (effects: readonly ClientEffect[], ...types: readonly ClientEffect["type"][]) =>
  effects.filter(({ type }) => types.includes(type));

// One WebSocket between a client and a room: frames keep their order each way, take time, and are lost when it breaks.
import type { Flight } from "../timeline/trace.ts";
import type { Scheduler } from "./scheduler.ts";

export interface ClientEnd {
  opened(): void;
  frame(text: string): void;
  closed(code: number): void;
}

export interface RoomEnd {
  frame(frame: unknown): void;
  closed(): void;
}

/** When TCP gives up on a peer that acknowledges nothing, and tells the side that did not know (RFC 5482: minutes). */
export const GIVE_UP_MS = 900_000;

/** Who learns at once that a wire broke. The other side has a half-open connection: what it sends goes nowhere. */
export type Notice = "both" | "client" | "room" | "nobody";

/** The names of both ends, for pictures. */
export interface Ends {
  readonly client: string;
  readonly room: string;
}

export class Wire {
  /** Units that the room sent and the network does not take. */
  unsent = 0;
  private readonly scheduler: Scheduler;
  private readonly client: ClientEnd;
  private readonly latency: () => number;
  private readonly name: string;
  private readonly ends: Ends;
  private room: RoomEnd | null = null;
  private isBroken = false;
  private isClientGone = false;
  private isRoomGone = false;
  private lastToClient = 0;
  private lastToRoom = 0;

  /** `latency` is one way, in ms, and may change at any time. */
  constructor(
    scheduler: Scheduler,
    client: ClientEnd,
    latency: () => number,
    name = "",
    ends: Ends = { client: "client", room: "room" },
  ) {
    this.scheduler = scheduler;
    this.client = client;
    this.latency = latency;
    this.name = name;
    this.ends = ends;
  }

  get isWhole(): boolean {
    return !this.isBroken;
  }

  /** The handshake: `accept` gives the room's end when the request arrives, or null where nobody listens. */
  open(accept: () => RoomEnd | null): void {
    this.travel("room", "connects", () => {
      this.room = accept();
      if (this.room === null) this.toClient("nobody listens", () => this.endClient(1006));
      else this.toClient("connected", () => this.client.opened());
    });
  }

  fromClient(frame: unknown): void {
    this.travel("room", frame, () => !this.isRoomGone && this.room?.frame(frame));
  }

  fromRoom(text: string): void {
    if (this.isBroken) this.unsent += text.length;
    this.toClient(text, () => this.client.frame(text));
  }

  /** The client hears nothing more; the room hears of it, unless the wire is broken. */
  closeFromClient(): void {
    this.isClientGone = true;
    this.travel("room", "closes", () => this.endRoom());
  }

  closeFromRoom(code: number): void {
    this.isRoomGone = true;
    this.toClient(`closes, ${code}`, () => this.endClient(code));
  }

  /** What is under way is lost, in both directions. */
  cut(notice: Notice): void {
    if (this.isBroken) return;
    this.isBroken = true;
    const delay = (isTold: boolean): number => (isTold ? this.latency() : GIVE_UP_MS);
    const tell = (isTold: boolean, end: "client" | "room", act: () => void): void => {
      const isVoid = (): boolean => (end === "client" ? this.isClientGone : this.isRoomGone);
      const channel = isTold ? `${this.name} is cut>${end}` : null;
      this.scheduler.after(delay(isTold), act, { channel, text: `TCP gives up for ${end}`, isVoid });
    };
    tell(notice === "both" || notice === "client", "client", () => this.endClient(1006));
    tell(notice === "both" || notice === "room", "room", () => this.endRoom());
  }

  private endClient(code: number): void {
    if (this.isClientGone) return;
    this.isClientGone = true;
    this.client.closed(code);
  }

  private endRoom(): void {
    if (this.isRoomGone) return;
    this.isRoomGone = true;
    this.room?.closed();
  }

  private toClient(what: string, act: () => void): void {
    this.travel("client", what, () => !this.isClientGone && act());
  }

  private travel(to: "client" | "room", what: unknown, act: () => void): void {
    const text = typeof what === "string" ? what : JSON.stringify(what);
    const flight = this.depart(to, text);
    if (this.isBroken) return this.arrive(flight);
    const last = to === "client" ? this.lastToClient : this.lastToRoom;
    const at = Math.max(last, this.scheduler.now + this.latency());
    if (to === "client") this.lastToClient = at;
    else this.lastToRoom = at;
    const land = (): void => {
      this.arrive(flight);
      if (!this.isBroken) act();
    };
    this.scheduler.after(at - this.scheduler.now, land, {
      channel: `${this.name}>${to}`,
      text,
      isVoid: () => this.isBroken || (to === "client" ? this.isClientGone : this.isRoomGone),
    });
  }

  private depart(to: "client" | "room", text: string): Flight | undefined {
    const { client, room } = this.ends;
    return this.scheduler.trace?.depart(to === "room" ? client : room, to === "room" ? room : client, text);
  }

  private arrive(flight: Flight | undefined): void {
    if (flight !== undefined) this.scheduler.trace?.arrive(flight, this.isBroken);
  }
}

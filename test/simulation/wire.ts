// One WebSocket between a client and a room: frames keep their order each way, take time, and are lost when it breaks.
import type { Scheduler, Text } from "./scheduler.ts";

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

export class Wire {
  /** Units that the room sent and the network does not take. */
  unsent = 0;
  private readonly scheduler: Scheduler;
  private readonly client: ClientEnd;
  private readonly latency: () => number;
  private room: RoomEnd | null = null;
  private isBroken = false;
  private isClientGone = false;
  private isRoomGone = false;
  private lastToClient = 0;
  private lastToRoom = 0;
  private readonly name: string;

  /** `latency` is one way, in ms, and may change at any time. */
  constructor(scheduler: Scheduler, client: ClientEnd, latency: () => number, name = "") {
    this.name = name;
    this.scheduler = scheduler;
    this.client = client;
    this.latency = latency;
  }

  /** The handshake: `accept` gives the room's end when the request arrives, or null where nobody listens. */
  open(accept: () => RoomEnd | null): void {
    this.travel(
      "room",
      () => {
        this.room = accept();
        if (this.room === null) this.toClient(() => this.endClient(1006), "nobody listens");
        else this.toClient(() => this.client.opened(), "it is open");
      },
      "open",
    );
  }

  fromClient(frame: unknown): void {
    this.travel("room", () => !this.isRoomGone && this.room?.frame(frame), String(frame));
  }

  fromRoom(text: string): void {
    if (this.isBroken) this.unsent += text.length;
    this.toClient(() => this.client.frame(text), text);
  }

  /** The client hears nothing more; the room hears of it, unless the wire is broken. */
  closeFromClient(): void {
    this.isClientGone = true;
    this.travel("room", () => this.endRoom(), "close");
  }

  closeFromRoom(code: number): void {
    this.isRoomGone = true;
    this.toClient(() => this.endClient(code), `close ${code}`);
  }

  get isWhole(): boolean {
    return !this.isBroken;
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

  private toClient(act: () => void, text: Text): void {
    this.travel("client", () => !this.isClientGone && act(), text);
  }

  private travel(to: "client" | "room", act: () => void, text: Text): void {
    if (this.isBroken) return;
    const last = to === "client" ? this.lastToClient : this.lastToRoom;
    const at = Math.max(last, this.scheduler.now + this.latency());
    if (to === "client") this.lastToClient = at;
    else this.lastToRoom = at;
    this.scheduler.after(at - this.scheduler.now, () => !this.isBroken && act(), {
      channel: `${this.name}>${to}`,
      text,
      isVoid: () => this.isBroken || (to === "client" ? this.isClientGone : this.isRoomGone),
    });
  }
}

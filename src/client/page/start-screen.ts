// The entry: a name, a room, and the rooms of before. index.html paints the card; this fills it.
import { type Address, fragmentOf, parseRoomField, type RoomPlace } from "./address.ts";
import { button, byId, el } from "./dom.ts";
import { rememberedName } from "./identity.ts";
import { forgetRoom, knownRooms, titleOf } from "./memory.ts";

export interface StartPorts {
  /** Goes into a room, under a name as it was typed. */
  readonly enter: (name: string, place: RoomPlace) => void;
}

const OPEN_TO_ALL = "Anyone who knows the name can enter.";
const LOBBY = "lobby";

export class StartScreen {
  private readonly ports: StartPorts;
  private readonly name = byId("name", HTMLInputElement);
  private readonly room = byId("room", HTMLInputElement);
  private readonly hint = byId("room-hint", HTMLElement);
  private readonly error = byId("start-error", HTMLElement);
  /** What the address says: an empty field means it. */
  private invitation: Address = { kind: "none" };

  constructor(ports: StartPorts) {
    this.ports = ports;
    byId("enter", HTMLFormElement).addEventListener("submit", (event) => this.submit(event));
    this.room.addEventListener("input", () => this.showHint());
    byId("new-private", HTMLButtonElement).addEventListener("click", () => void this.makePrivateRoom());
  }

  show(invitation: Address): void {
    this.invitation = invitation;
    document.title = "Edge Chat";
    this.name.value = rememberedName();
    this.room.value = invitation.kind === "room" && !invitation.isPrivate ? invitation.room : "";
    this.room.placeholder = invitation.kind === "none" ? LOBBY : "";
    this.error.textContent = invitation.kind === "damaged" ? invitation.why : "";
    this.showHint();
    this.showRooms();
    this.name.focus();
  }

  /** What is meant: what the field says, or without a word in it the invitation; never another room than that. */
  private get meant(): Address {
    const typed = parseRoomField(this.room.value);
    const { invitation } = this;
    const isOther = typed.kind !== "room" || invitation.kind !== "room" || typed.room !== invitation.room;
    if (typed.kind !== "none" && isOther) return typed;
    return this.invitation.kind === "none" ? parseRoomField(LOBBY) : this.invitation;
  }

  private showHint(): void {
    const { meant } = this;
    if (meant.kind === "room" && meant.isPrivate)
      this.hint.textContent = "You were invited to a private room.";
    else if (meant.kind === "damaged") this.hint.textContent = this.room.value === "" ? "" : meant.why;
    else {
      const isOther = meant.kind === "room" && this.room.value !== "" && meant.room !== this.room.value;
      this.hint.textContent = isOther ? `Enters “${meant.room}”.` : OPEN_TO_ALL;
    }
  }

  private submit(event: Event): void {
    event.preventDefault();
    const { meant } = this;
    if (meant.kind === "room") this.ports.enter(this.name.value, meant);
    else if (meant.kind === "damaged") this.error.textContent = meant.why;
  }

  private async makePrivateRoom(): Promise<void> {
    this.error.textContent = "";
    try {
      const response = await fetch("/api/room", { method: "POST" });
      if (!response.ok) throw new Error(`${response.status}`);
      const room = await response.text();
      this.ports.enter(this.name.value, { kind: "room", room, isPrivate: true, seq: null });
    } catch {
      this.error.textContent = "No room could be made just now. Check your connection and try again.";
    }
  }

  private showRooms(): void {
    const rooms = knownRooms();
    byId("my-rooms", HTMLElement).hidden = rooms.length === 0;
    byId("my-rooms-list", HTMLUListElement).replaceChildren(
      ...rooms.map(({ room, isPrivate }) => {
        const link = el("a", "", titleOf(room, isPrivate));
        link.href = fragmentOf(room);
        link.addEventListener("click", (event) => {
          event.preventDefault();
          this.ports.enter(this.name.value, { kind: "room", room, isPrivate, seq: null });
        });
        const forget = button("plain small", "Forget", () => {
          forgetRoom(room);
          this.showRooms();
        });
        forget.setAttribute("aria-label", `Forget ${titleOf(room, isPrivate)}`);
        return el("li", "", link, isPrivate ? el("span", "tag", "private") : "", forget);
      }),
    );
  }
}

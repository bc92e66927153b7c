// The room's own dialog: its link, also to scan, a name of one's own for it, notifications, and who is muted.
import { askForAlerts, canNotify } from "./alerts.ts";
import { button, byId, el, nameOf } from "./dom.ts";
import { fragmentOf } from "./address.ts";
import {
  labelOf,
  mute,
  mutedAuthors,
  rememberRoom,
  tellsTyping,
  tellTyping,
  wantsAlerts,
  wantsSound,
  wantSound,
} from "./memory.ts";
import { canSound, playTone, unlockSound } from "./sound.ts";
import { copy } from "./toast.ts";

export interface RoomMenuPorts {
  readonly room: string;
  readonly isPrivate: boolean;
  /** A name, or who is muted, has changed. */
  readonly onChange: () => void;
}

const PUBLIC = "Anyone who knows the name or has the link can enter.";
const PRIVATE = "Whoever has this link can enter, and nobody finds the room without it.";

export class RoomMenu {
  private readonly ports: RoomMenuPorts;
  private readonly dialog = byId("room-menu", HTMLDialogElement);
  private readonly link = byId("room-link", HTMLInputElement);
  private readonly code = byId("room-code", HTMLElement);
  private readonly label = byId("room-label", HTMLInputElement);
  private readonly alerts = byId("alerts", HTMLInputElement);
  private readonly sound = byId("sound", HTMLInputElement);
  private readonly typing = byId("tell-typing", HTMLInputElement);

  constructor(ports: RoomMenuPorts, signal: AbortSignal) {
    this.ports = ports;
    const on = (id: string, act: () => void): void =>
      byId(id, HTMLButtonElement).addEventListener("click", act, { signal });
    on("invite", () => this.open());
    on("room-name", () => this.open());
    on("close-menu", () => this.dialog.close());
    on("copy-link", () => void copy(this.link.value, "Link copied"));
    on("share", () => void navigator.share({ url: this.link.value }).catch(() => {}));
    this.label.addEventListener("change", () => this.rename(), { signal });
    this.alerts.addEventListener("change", () => void this.setAlerts(), { signal });
    this.sound.addEventListener("change", () => this.setSound(), { signal });
    this.typing.addEventListener("change", () => tellTyping(this.typing.checked), { signal });
    this.link.addEventListener("focus", () => this.link.select(), { signal });
    // A click beside the dialog meets the dialog itself.
    this.dialog.addEventListener("click", ({ target }) => target === this.dialog && this.dialog.close(), {
      signal,
    });
    signal.addEventListener("abort", () => this.dialog.close());
  }

  open(): void {
    const { room, isPrivate } = this.ports;
    this.link.value = `${location.origin}/${fragmentOf(room)}`;
    byId("link-hint", HTMLElement).textContent = isPrivate ? PRIVATE : PUBLIC;
    byId("share", HTMLButtonElement).hidden = !("share" in navigator);
    byId("alerts-row", HTMLElement).hidden = !canNotify();
    this.label.value = labelOf(room);
    this.label.placeholder = isPrivate ? "Private room" : room;
    this.alerts.checked = wantsAlerts() && Notification.permission === "granted";
    byId("sound-row", HTMLElement).hidden = !canSound();
    this.sound.checked = wantsSound();
    this.typing.checked = tellsTyping();
    this.showMuted();
    void this.showCode(this.link.value);
    this.dialog.showModal();
    byId("copy-link", HTMLButtonElement).focus();
  }

  /** Its code is loaded with the first dialog that is opened; where it does not come, the link is there. */
  private async showCode(link: string): Promise<void> {
    if (this.code.dataset.link === link) return;
    const qr = await import("./qr.ts").catch(() => null);
    this.code.hidden = qr === null;
    if (qr === null || this.link.value !== link) return;
    this.code.dataset.link = link;
    this.code.replaceChildren(qr.drawQr(link, "QR code of the link to this room"));
  }

  private rename(): void {
    rememberRoom(this.ports.room, this.ports.isPrivate, this.label.value.trim());
    this.ports.onChange();
  }

  private async setAlerts(): Promise<void> {
    const isWanted = this.alerts.checked;
    this.alerts.checked = await askForAlerts(isWanted);
    byId("alerts-hint", HTMLElement).hidden = this.alerts.checked === isWanted;
  }

  /** Who turns it on hears what it is. */
  private setSound(): void {
    wantSound(this.sound.checked);
    unlockSound();
    void playTone();
  }

  private showMuted(): void {
    const muted = [...mutedAuthors()];
    byId("muted", HTMLElement).hidden = muted.length === 0;
    byId("muted-list", HTMLUListElement).replaceChildren(
      ...muted.map(([author, name]) => {
        const unmute = button("plain small", "Unmute", () => {
          mute(author, null);
          this.showMuted();
          this.ports.onChange();
        });
        return el("li", "", nameOf(name), unmute);
      }),
    );
  }
}

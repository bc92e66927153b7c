// How the page calls somebody who looks elsewhere: the title and badges always, notifications when asked for.
import type { ChatMessage } from "../../protocol/messages.ts";
import { byId } from "./dom.ts";
import { wantAlerts, wantsAlerts } from "./memory.ts";
import { excerpt } from "./text.ts";

export class Alerts {
  private readonly icon = byId("icon", HTMLLinkElement);
  private title = "Edge Chat";
  private count = 0;

  setTitle(title: string): void {
    this.title = `${title} · Edge Chat`;
    this.show();
  }

  unread(count: number): void {
    if (count === this.count) return;
    this.count = count;
    this.show();
    this.icon.href = count > 0 ? "/favicon-unread.svg" : "/favicon.svg";
    // Installed pages have a badge; a browser may refuse it.
    if ("setAppBadge" in navigator) navigator.setAppBadge(count).catch(() => {});
  }

  /** One notification a room, which says the newest: a burst is no series of calls. */
  news(message: ChatMessage, room: string): void {
    if (!wantsAlerts() || !canNotify() || Notification.permission !== "granted") return;
    try {
      const call = new Notification(message.name, { body: excerpt(message.message), tag: room });
      call.addEventListener("click", () => {
        window.focus();
        call.close();
      });
    } catch {
      // Android has notifications only for pages with a service worker; title and badge are left.
    }
  }

  private show(): void {
    document.title = this.count > 0 ? `(${this.count}) ${this.title}` : this.title;
  }
}

export const canNotify = (): boolean => "Notification" in window;

/** Asks the browser when somebody wants to be called; returns whether they will be. */
export async function askForAlerts(isWanted: boolean): Promise<boolean> {
  const isAllowed = isWanted && canNotify() && (await Notification.requestPermission()) === "granted";
  wantAlerts(isAllowed);
  return isAllowed;
}

// Who this browser is: a secret key for all its tabs, and a tag of its own for each tab.
import { newId } from "../chat-socket.ts";
import { keyIn } from "../extras/storage.ts";
import { waiting } from "./outbox-store.ts";
import { lasting, ofTab } from "./store.ts";

const NAME = "edge-chat-name";
const TAG = "edge-chat-tab";

/** The author's secret key: made once, kept in this browser. */
export const secretKey = (): string => keyIn(lasting);

export const rememberedName = (): string => lasting.getItem(NAME) ?? "";
export const rememberName = (name: string): void => lasting.setItem(NAME, name);

/**
 * This tab's tag, the same after a reload, so that unsent messages are sent once. Duplicating a tab copies its
 * session storage: the lock shows that the tag is taken, and the copy gets one of its own. A tag under which a closed
 * tab left something unsent is taken over, and with it what it has to send.
 */
export async function claimTag(): Promise<string> {
  const known = ofTab.getItem(TAG);
  const orphans = hasLocks ? waiting().map(({ tag }) => tag) : [];
  const fresh = newId();
  for (const tag of [...(known === null ? [] : [known]), ...orphans, fresh]) {
    if (!(await claim(tag))) continue;
    ofTab.setItem(TAG, tag);
    return tag;
  }
  return fresh;
}

/** Only where the page came over https, or from this machine. */
const hasLocks = "locks" in navigator;

function claim(tag: string): Promise<boolean> {
  if (!hasLocks) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks
      .request(`edge-chat ${tag}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        // Held until the tab is gone.
        return lock === null ? undefined : new Promise<void>(() => {});
      })
      // A browser that keeps nothing for this site has no locks for it either.
      .catch(() => resolve(true));
  });
}

// Who this browser is: a secret key for all its tabs, and a tag of its own for each tab.

const KEY = "edge-chat-key";
const NAME = "edge-chat-name";
const TAG = "edge-chat-tab";

function random(bytes: number): string {
  const values = crypto.getRandomValues(new Uint8Array(bytes));
  return [...values].map((value) => value.toString(16).padStart(2, "0")).join("");
}

/** The author's secret key: made once, kept in this browser. */
export function secretKey(): string {
  const known = localStorage.getItem(KEY);
  if (known !== null && known.length >= 16) return known;
  const key = random(32);
  localStorage.setItem(KEY, key);
  return key;
}

export const rememberedName = (): string => localStorage.getItem(NAME) ?? "";
export const rememberName = (name: string): void => localStorage.setItem(NAME, name);

/**
 * This tab's tag, the same after a reload, so that unsent messages are sent once. Duplicating a tab copies its
 * session storage: the lock shows that the tag is taken, and the copy gets one of its own.
 */
export async function claimTag(): Promise<string> {
  const known = sessionStorage.getItem(TAG);
  if (known !== null && (await claim(known))) return known;
  const tag = random(8);
  sessionStorage.setItem(TAG, tag);
  await claim(tag);
  return tag;
}

function claim(tag: string): Promise<boolean> {
  return new Promise((resolve) => {
    if (!("locks" in navigator)) return resolve(true);
    void navigator.locks.request(`edge-chat ${tag}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      // Held until the tab is gone.
      return lock === null ? undefined : new Promise<void>(() => {});
    });
  });
}

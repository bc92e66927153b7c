// A short word about what was just done, which goes by itself.
import { byId } from "./dom.ts";

const SHOWN_MS = 2_500;
let timer: ReturnType<typeof setTimeout> | undefined;

export function toast(text: string): void {
  const element = byId("toast", HTMLElement);
  element.textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => (element.textContent = ""), SHOWN_MS);
}

export async function copy(text: string, told: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(told);
  } catch {
    // Only a page that came over https, or from this machine, may write there.
    toast("This browser does not let the page copy; select the text yourself.");
  }
}

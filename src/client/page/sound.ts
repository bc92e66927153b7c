// A short tone, made by the browser, for who wants one. news.ts decides for what; this only knows how, and how often.
import { wantsSound } from "./memory.ts";

/** A burst is one tone. */
const EVERY_MS = 1_000;
const LOUD = 0.1;
const SECONDS = 0.3;

let context: AudioContext | null = null;
let playedAt = -Infinity;

export const canSound = (): boolean => "AudioContext" in window;

/** Browsers make no sound, and should not, before somebody has done something here: only then there is a context. */
export function unlockSound(): void {
  if (context !== null || !wantsSound() || !canSound()) return;
  // Not every key is a gesture. A browser that does not tell is asked at each.
  if ("userActivation" in navigator && !navigator.userActivation.isActive) return;
  context = new AudioContext();
}

for (const type of ["pointerup", "keydown"]) document.addEventListener(type, unlockSound);

export async function playTone(): Promise<void> {
  if (context === null || !wantsSound() || performance.now() - playedAt < EVERY_MS) return;
  playedAt = performance.now();
  await context.resume();
  const from = context.currentTime;
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.linearRampToValueAtTime(LOUD, from + 0.02);
  gain.gain.linearRampToValueAtTime(0, from + SECONDS);
  const tone = new OscillatorNode(context, { frequency: 660 });
  tone.frequency.setValueAtTime(880, from + SECONDS / 3);
  tone.connect(gain).connect(context.destination);
  tone.start(from);
  tone.stop(from + SECONDS);
  // One that runs costs as much in silence.
  tone.addEventListener("ended", () => void context?.suspend());
}

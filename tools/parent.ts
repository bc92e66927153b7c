// A process that ends when its parent does, however that ended: SIGKILL gives nobody a moment to pass it on.
// end-with-parent.ts makes it so for a program that we do not write.

const LOOK_EVERY_MS = 250;

/** SIGTERM comes to this process when its parent is gone. */
export function endWithParent(): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, LOOK_EVERY_MS);
  timer.unref();
}

// One turn of an object's event loop, as the platform's output gate makes it: what leaves before the first write leaves at
// once, what leaves after it waits for the commit. A crash before the commit takes both with it.

export class Turn {
  hasWritten = false;
  private readonly held: (() => void)[] = [];

  write(act: () => void): void {
    this.hasWritten = true;
    act();
  }

  send(act: () => void): void {
    if (this.hasWritten) this.held.push(act);
    else act();
  }

  commit(): void {
    for (const act of this.held) act();
  }
}

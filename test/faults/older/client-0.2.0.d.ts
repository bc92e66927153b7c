// As much of the client of version 0.2.0 as tests use. Its events had fewer fields than today's; nobody who listens here reads the new ones.
import type { AppEvent, DeviceHint } from "../../../src/client/events.ts";

export interface ChatClientOptions {
  readonly url: string;
  readonly name: string;
  readonly key: string;
  readonly client: string;
  readonly onEvent: (event: AppEvent) => void;
}

export class ChatClient {
  constructor(options: ChatClientOptions);
  start(): void;
  send(message: string): string;
  history(before: number): void;
  hint(type: DeviceHint): void;
  stop(): void;
}

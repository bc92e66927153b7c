// A client together with its snapshots, for tests that look at both.
import { ChatClient, type ChatClientOptions } from "../../src/client/chat-client.ts";
import { type SnapshotOptions, Snapshots } from "../../src/client/extras/snapshots.ts";

export type SeenClientOptions = ChatClientOptions & SnapshotOptions;

export class SeenClient extends ChatClient {
  readonly snapshot: Snapshots["snapshot"];
  readonly subscribe: Snapshots["subscribe"];

  constructor(options: SeenClientOptions) {
    super(options);
    const { snapshot, subscribe } = new Snapshots(this, options);
    this.snapshot = snapshot;
    this.subscribe = subscribe;
  }
}

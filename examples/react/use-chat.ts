// A room as a hook. React's StrictMode mounts each component twice, and a page may show one room in two places: all of them share
// one client, and so one socket. It is closed when nobody has come back to it by the next turn of the event loop.
import { useEffect, useReducer, useSyncExternalStore } from "react";
import { ChatClient, type ChatClientOptions } from "../../src/client/chat-client.ts"; // elsewhere: from "edge-chat-client"
import { type Snapshot, Snapshots } from "../../src/client/extras/snapshots.ts"; // elsewhere: from "edge-chat-client/snapshots"

interface Room {
  readonly client: ChatClient;
  readonly snapshots: Snapshots;
  users: number;
}

const rooms = new Map<string, Room>();

/** A client that is made while something renders is not started yet: what is never shown opens no socket. */
function roomOf(options: ChatClientOptions): Room {
  const name = `${options.client} ${options.url}`;
  const known = rooms.get(name);
  if (known !== undefined) return known;
  const client = new ChatClient(options);
  const room = { client, snapshots: new Snapshots(client), users: 0 };
  rooms.set(name, room);
  client.on("closed", () => rooms.delete(name));
  return room;
}

function enter(room: Room): () => void {
  room.users += 1;
  room.client.start();
  return () => {
    room.users -= 1;
    setTimeout(() => room.users === 0 && room.client.close());
  };
}

/** The room as it is now, and its client. Options with the same `url` and `client` are one room. */
export function useChat(options: ChatClientOptions): readonly [Snapshot, ChatClient] {
  const { url, client } = options;
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const room = roomOf(options);
  useEffect(() => {
    // Another one, where this component was hidden for long and its room was closed.
    const now = roomOf(options);
    if (now !== room) draw();
    return enter(now);
  }, [url, client]);
  const { subscribe, snapshot } = room.snapshots;
  return [useSyncExternalStore(subscribe, snapshot, snapshot), room.client];
}

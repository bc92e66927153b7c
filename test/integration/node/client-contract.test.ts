// A real room, on workerd, under the suite that the fake room passes in test/unit/fake-room-contract.test.ts.
import { addressOf } from "../../support/person.ts";
import { clientContract } from "../../support/client-contract.ts";
import { serve } from "../../support/fault-server.ts";

/** Sockets that a test can take from their clients. */
class Tapped extends WebSocket {
  static readonly open = new Set<Tapped>();

  constructor(url: string) {
    super(url);
    Tapped.open.add(this);
    this.addEventListener("close", () => Tapped.open.delete(this));
  }
}

clientContract("a real room", async () => {
  const { url } = await serve("client-contract");
  return {
    url: (room) => addressOf(url, room),
    WebSocket: Tapped,
    drop: () => {
      for (const socket of Tapped.open) socket.close();
    },
  };
});

// The fake room under the suite that a real one passes in test/integration/node/client-contract.test.ts.
import { FakeRoom } from "../../src/client/extras/fake-room.ts";
import { clientContract } from "../support/client-contract.ts";

clientContract("a fake room", () => {
  const room = new FakeRoom();
  return Promise.resolve({ url: () => "ws://fake", WebSocket: room.WebSocket, drop: () => room.drop() });
});

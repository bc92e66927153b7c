// The server that `load/self-check.ts` talks to: it does what the path says.
import { createServer } from "node:http";
import { setTimeout } from "node:timers";
import { type WebSocket, WebSocketServer } from "ws";
import { listen, type Target } from "./servers.ts";

/**
 * /echo sends back what comes · /refuse?status=403 refuses the handshake · /headers sends the request's headers as JSON ·
 * /burst?count=100 sends the numbers from 0 in frames of their own, at once · /binary sends three bytes · /ping sends a ping ·
 * /close?code=4008&reason=slow closes at once · /drop ends the connection without a close frame · /late answers a close only after
 * ten frames more
 */
export function startEcho({ port }: { readonly port: number }): Promise<Target> {
  const server = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on("upgrade", (request, socket, head) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === "/refuse") {
      socket.end(
        `HTTP/1.1 ${searchParams.get("status") ?? "403"} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      opened.on("error", () => {});
      if (pathname === "/headers") opened.send(JSON.stringify(request.headers));
      else {
        // What is sent at once arrives at once.
        socket.cork();
        act(pathname, searchParams, opened);
        socket.uncork();
      }
    });
  });
  return listen(server, port);
}

function act(path: string, query: URLSearchParams, socket: WebSocket): void {
  switch (path) {
    case "/burst": {
      const count = Math.min(10_000, Number(query.get("count") ?? "100"));
      for (let number = 0; number < count; number++) socket.send(`${number}`);
      break;
    }
    case "/binary":
      socket.send(Uint8Array.of(1, 2, 3));
      break;
    case "/ping":
      socket.ping();
      break;
    case "/close":
      socket.close(Number(query.get("code") ?? "1000"), query.get("reason") ?? "");
      break;
    case "/drop":
      socket.terminate();
      break;
    case "/late":
      chatter(socket);
      break;
    default:
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  }
}

/** A frame every 10 ms for as long as the socket is open. */
function chatter(socket: WebSocket): void {
  const again = (): void => {
    if (socket.readyState !== socket.OPEN) return;
    socket.send("chatter");
    setTimeout(again, 10);
  };
  again();
}

// The page around the component. `npx esbuild examples/react/main.tsx --bundle --format=esm --outfile=…` makes one file of it.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Chat } from "./chat.tsx";

const server = new URLSearchParams(location.search).get("server") ?? location.origin;
const root = document.getElementById("root");
if (root === null) throw new Error("The page needs an element with the id root.");

createRoot(root).render(
  <StrictMode>
    <Chat
      url={`${server.replace("http", "ws")}/api/room/react/websocket`}
      name="Rea"
      authorKey="a key that this browser would keep"
      client={`tab-${crypto.randomUUID().slice(0, 8)}`}
    />
  </StrictMode>,
);

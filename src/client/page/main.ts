// The page's entry: the start screen without a room in the address, the chat with one.
import { cleanName } from "../../protocol/names.ts";
import { fragmentOf, parseFragment } from "./address.ts";
import { ChatScreen } from "./chat-screen.ts";
import { byId, count, el } from "./dom.ts";
import { claimTag, rememberedName, rememberName, secretKey } from "./identity.ts";
import { titleOf } from "./memory.ts";
import { keptOutbox, waiting } from "./outbox-store.ts";
import { StartScreen } from "./start-screen.ts";
import { lasting } from "./store.ts";

const tag = claimTag();
let screen: ChatScreen | null = null;
/** The room of the screen. */
let shown = "";
let hasEntered = rememberedName() !== "";
/** Only the newest `show` goes on: the address may change while an older one waits. */
let turn = 0;

const start = new StartScreen({
  enter: (name, { room, seq }) => {
    rememberName(cleanName(name) || "anonymous");
    hasEntered = true;
    const fragment = fragmentOf(room, seq);
    if (location.hash === fragment) void show();
    else location.hash = fragment;
  },
});

async function show(): Promise<void> {
  const place = parseFragment(location.hash);
  const isInside = place.kind === "room" && hasEntered;
  if (isInside && screen !== null && place.room === shown) return screen.goTo(place.seq);
  const mine = ++turn;
  leave();
  document.documentElement.classList.toggle("inside", isInside);
  if (!isInside) start.show(place);
  const client = await tag;
  if (mine !== turn) return;
  tellUnsent(client, isInside ? place.room : "");
  if (!isInside) return;
  const options = { name: rememberedName(), key: secretKey(), client };
  shown = place.room;
  screen = new ChatScreen({ ...options, place, onRestart: restart });
  screen.start();
}

function leave(): void {
  screen?.stop();
  screen = null;
}

function restart(): void {
  leave();
  void show();
}

/** What waits in other rooms is not forgotten: it goes out when its room is entered. */
function tellUnsent(client: string, here: string): void {
  const rooms = waiting().filter((entry) => entry.tag === client && entry.room !== here);
  const unsent = rooms.reduce((sum, { room }) => sum + keptOutbox(room, client).items.length, 0);
  const bar = byId("unsent", HTMLElement);
  bar.hidden = unsent === 0;
  bar.replaceChildren(`${count(unsent, "message")} not sent yet in `);
  rooms.forEach(({ room }, i) => {
    const link = el("a", "", titleOf(room, /^[0-9a-f]{64}$/.test(room)));
    link.href = fragmentOf(room);
    bar.append(i === 0 ? "" : ", ", link);
  });
}

function tellIfNothingIsKept(): void {
  byId("not-kept", HTMLElement).hidden = lasting.isKept;
}

lasting.onLoss = tellIfNothingIsKept;
tellIfNothingIsKept();
window.addEventListener("hashchange", () => void show());
void show();

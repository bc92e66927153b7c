// The page's entry: the start screen without a room in the URL, the chat with one.
import { parseRoomName } from "../../protocol/room-name.ts";
import { ChatScreen } from "./chat-screen.ts";
import { byId } from "./dom.ts";
import { claimTag, rememberedName, rememberName, secretKey } from "./identity.ts";
import { MessageList } from "./message-list.ts";

const start = byId("start", HTMLElement);
const chat = byId("chat", HTMLElement);
const nameField = byId("name", HTMLInputElement);
const roomField = byId("room", HTMLInputElement);
const hint = byId("room-hint", HTMLElement);
const error = byId("start-error", HTMLElement);
const list = new MessageList();
const tag = claimTag();
let screen: ChatScreen | null = null;
let hasEntered = rememberedName() !== "";

/** The room that the URL names, or null. */
function roomInUrl(): ReturnType<typeof parseRoomName> {
  try {
    return parseRoomName(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return null;
  }
}

async function show(): Promise<void> {
  screen?.stop();
  screen = null;
  const room = roomInUrl();
  const isInside = room !== null && hasEntered;
  start.hidden = isInside;
  chat.hidden = !isInside;
  if (!isInside) return showStart(room);
  const client = await tag;
  const address = room.kind === "private" ? room.id : room.name;
  const isPrivate = room.kind === "private";
  screen = new ChatScreen(
    {
      room: address,
      isPrivate,
      name: rememberedName(),
      key: secretKey(),
      client,
      onRestart: () => void show(),
    },
    list,
  );
  screen.start();
}

function showStart(invitedTo: ReturnType<typeof parseRoomName>): void {
  document.title = "Edge Chat";
  error.textContent = "";
  nameField.value = rememberedName();
  roomField.value = invitedTo?.kind === "public" ? invitedTo.name : "";
  if (invitedTo?.kind === "private")
    hint.textContent = "You were invited to a private room; leave this empty.";
  nameField.focus();
}

function enter(hash: string): void {
  rememberName(nameField.value.trim() || "anonymous");
  hasEntered = true;
  if (location.hash === `#${hash}`) void show();
  else location.hash = hash;
}

byId("enter", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const invitedTo = roomInUrl();
  if (roomField.value === "" && invitedTo?.kind === "private") return enter(invitedTo.id);
  const room = parseRoomName(roomField.value || "lobby");
  if (room === null) error.textContent = "A room's name needs a letter or a digit.";
  else enter(encodeURIComponent(room.kind === "public" ? room.name : room.id));
});

roomField.addEventListener("input", () => {
  const room = parseRoomName(roomField.value);
  const isOther = room?.kind === "public" && room.name !== roomField.value;
  hint.textContent = isOther ? `Enters “${room.name}”.` : "Anyone who knows the name can enter.";
});

byId("new-private", HTMLButtonElement).addEventListener("click", () => {
  void (async () => {
    try {
      const response = await fetch("/api/room", { method: "POST" });
      if (!response.ok) throw new Error(`${response.status}`);
      enter(await response.text());
    } catch {
      error.textContent = "No room could be made just now. Check your connection and try again.";
    }
  })();
});

window.addEventListener("hashchange", () => void show());
void show();

// Runs before the first paint, alone: whoever comes back to a room sees the room, and anybody else the entry card of the HTML.
try {
  const isBack = location.hash.length > 1 && localStorage.getItem("edge-chat-name") !== null;
  document.documentElement.classList.toggle("inside", isBack);
} catch {
  // A browser that keeps nothing begins at the entry.
}

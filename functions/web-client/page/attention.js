// Watches for signs that the page has missed something: the network is back, the page is visible again, another tab has
// acted.

/** Milliseconds. The server pushes no changes of presence, so the page asks. */
const LOOK_FOR_PRESENCE = 30_000;

/** @param {import("./client/chat.js").Signs} signs */
export function watch({ onback, onseen, onhidden, onoffline, onstorage, onpresence, signal }) {
  addEventListener("online", onback, { signal });
  addEventListener("offline", onoffline, { signal });
  addEventListener("pageshow", onback, { signal });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return onhidden();
    onseen();
    onback();
  }, { signal });
  addEventListener("storage", onstorage, { signal });
  const presence = setInterval(() => !document.hidden && onpresence(), LOOK_FOR_PRESENCE);
  signal.addEventListener("abort", () => clearInterval(presence));
}

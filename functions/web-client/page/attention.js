// Watches for signs that the page has missed something: the network is back, the page is visible again, another tab has
// acted.

/** Milliseconds. The server pushes no changes of presence, so the page asks. */
const LOOK_FOR_PRESENCE = 30_000;

/**
 * @typedef {object} Means
 * @property {() => void} onback the page is visible again, or the network is back
 * @property {() => void} onseen the page is visible again
 * @property {() => void} onoffline
 * @property {() => void} onstorage another tab has changed the storage
 * @property {() => void} onpresence half a minute has passed, and the page is visible
 * @property {AbortSignal} signal ends the watch
 */

/** @param {Means} means */
export function watch({ onback, onseen, onoffline, onstorage, onpresence, signal }) {
  addEventListener("online", onback, { signal });
  addEventListener("offline", onoffline, { signal });
  addEventListener("pageshow", onback, { signal });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    onseen();
    onback();
  }, { signal });
  addEventListener("storage", onstorage, { signal });
  const presence = setInterval(() => !document.hidden && onpresence(), LOOK_FOR_PRESENCE);
  signal.addEventListener("abort", () => clearInterval(presence));
}

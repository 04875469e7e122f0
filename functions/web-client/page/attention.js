// What may have happened while nobody looked.

/** Nothing tells when somebody comes online or goes. */
const LOOK_FOR_PRESENCE = 60_000;

/**
 * @typedef {object} Means
 * @property {() => void} onback the page is looked at, or the network is there, again
 * @property {() => void} onoffline
 * @property {() => void} onstorage another tab has sent, or written, something
 * @property {() => void} onpresence a minute has passed in which somebody looks at the page
 * @property {AbortSignal} signal ends it
 */

/** @param {Means} means */
export function watch({ onback, onoffline, onstorage, onpresence, signal }) {
  addEventListener("online", onback, { signal });
  addEventListener("offline", onoffline, { signal });
  addEventListener("pageshow", onback, { signal });
  document.addEventListener("visibilitychange", () => !document.hidden && onback(), { signal });
  addEventListener("storage", onstorage, { signal });
  const presence = setInterval(() => !document.hidden && onpresence(), LOOK_FOR_PRESENCE);
  signal.addEventListener("abort", () => clearInterval(presence));
}

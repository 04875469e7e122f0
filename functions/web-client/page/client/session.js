// The session, stored so that a reload and every other tab has it too.

/**
 * @typedef {{token: string, id: number, username: string}} Session
 */

const KEY = "session";

/** @returns {Session | null} */
export function savedSession() {
  const saved = localStorage.getItem(KEY);
  return saved === null ? null : JSON.parse(saved);
}

/** @param {Session} session */
export function saveSession(session) {
  localStorage.setItem(KEY, JSON.stringify(session));
}

/**
 * Forgets this session, unless another has begun meanwhile.
 * @param {Session} session
 */
export function forgetSession({ token }) {
  if (savedSession()?.token === token) localStorage.removeItem(KEY);
}

/**
 * Calls back after another tab has logged in or out.
 * @param {() => void} callback
 */
export function onSessionElsewhere(callback) {
  addEventListener("storage", ({ key }) => {
    if (key === KEY || key === null) callback();
  });
}

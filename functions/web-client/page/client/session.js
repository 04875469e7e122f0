// The session, stored so that a reload and every other tab has it too.

import { has, parsed } from "./json.js";

/**
 * @typedef {object} Session
 * @property {string} token the access token
 * @property {number} id of the user
 * @property {string} username
 * @property {string} [key] stays the same while the tokens change. A session from before there were refresh tokens has none
 *   of these
 * @property {string} [refresh_token]
 * @property {number} [expires_at] the end of the access token by the clock of this device, in milliseconds
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Store
 */

export const KEY = "session";

/** Returns the name of a session that stays the same while its tokens change. @param {Session} session */
export function keyOf({ key, token }) {
  return key ?? token;
}

/**
 * @param {Store} store
 * @returns {Session | null}
 */
export function savedSession(store, place = KEY) {
  const saved = parsed(store.getItem(place));
  return has(saved, { token: "string", id: "number", username: "string" }) ? saved : null;
}

/**
 * @param {Store} store
 * @param {Session} session
 */
export function saveSession(store, session, place = KEY) {
  store.setItem(place, JSON.stringify(session));
}

/**
 * Forgets this session, unless another has begun meanwhile.
 * @param {Store} store
 * @param {Session} session
 */
export function forgetSession(store, session) {
  const saved = savedSession(store);
  if (saved && keyOf(saved) === keyOf(session)) store.removeItem(KEY);
}

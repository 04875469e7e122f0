// The session, stored so that a reload and every other tab has it too.

import { has, parsed } from "./json.js";

/**
 * @typedef {{token: string, id: number, username: string}} Session
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Store
 */

export const KEY = "session";

/** @param {Store} store @returns {Session | null} */
export function savedSession(store) {
  const saved = parsed(store.getItem(KEY));
  return has(saved, { token: "string", id: "number", username: "string" }) ? saved : null;
}

/**
 * @param {Store} store
 * @param {Session} session
 */
export function saveSession(store, session) {
  store.setItem(KEY, JSON.stringify(session));
}

/**
 * Forgets this session, unless another has begun meanwhile.
 * @param {Store} store
 * @param {Session} session
 */
export function forgetSession(store, { token }) {
  if (savedSession(store)?.token === token) store.removeItem(KEY);
}

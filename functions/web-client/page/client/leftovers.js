// The entries of earlier accounts in the storage of a browser, which is that of one account at a time.

import { Files } from "./files.js";

/**
 * Removes the names and the unsent messages of all other accounts. Their sessions have expired, or another tab
 * has logged in.
 * @param {Pick<import("./storage.js").Shelf, "keys" | "removeItem">} storage
 * @param {number} me
 */
export function forgetOthers(storage, me) {
  /** @type {Set<string>} */
  const others = new Set();
  for (const key of [...storage.keys("people:"), ...storage.keys("outbox:")]) {
    const user = key.split(":")[1];
    if (user === String(me)) continue;
    storage.removeItem(key);
    others.add(user);
  }
  for (const user of others) void new Files(`outbox:${user}`).clear();
}

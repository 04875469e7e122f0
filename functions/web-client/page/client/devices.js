// The token by which the server knows this browser, for each name that has logged in here. A login with it is counted
// apart, so that people who guess the password elsewhere cannot keep its owner out. It stays after a logout.

/**
 * @typedef {Pick<Storage, "getItem" | "setItem">} Store
 */

/** @param {string} username */
const key = (username) => `device ${username.toLowerCase()}`;

/**
 * @param {Store} store
 * @param {string} username
 * @returns {string | undefined}
 */
export function deviceToken(store, username) {
  return store.getItem(key(username)) ?? undefined;
}

/**
 * @param {Store} store
 * @param {string} username
 * @param {string} token
 */
export function keepDeviceToken(store, username, token) {
  store.setItem(key(username), token);
}

// Transactions of a database of the browser. Each call rejects if the browser has no database, or denies it.

/**
 * Opens a database, and creates its stores.
 * @param {string} name
 * @param {string[]} stores
 * @returns {Promise<IDBDatabase>}
 */
export function open(name, stores) {
  /** @type {Promise<IDBDatabase>} */
  const opened = new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => stores.forEach((store) => request.result.createObjectStore(store));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  // Each use of the database rejects by itself; this avoids an unhandled rejection.
  opened.catch(() => undefined);
  return opened;
}

/**
 * Runs a transaction, and returns the result of its task once it is complete.
 * @template T
 * @param {Promise<IDBDatabase>} database
 * @param {string[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(...stores: IDBObjectStore[]) => Promise<T>} task waits for nothing but its requests
 * @returns {Promise<T>}
 */
export async function run(database, stores, mode, task) {
  const transaction = (await database).transaction(stores, mode);
  /** @type {Promise<void>} */
  const ended = new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  const [result] = await Promise.all([task(...stores.map((store) => transaction.objectStore(store))), ended]);
  return result;
}

/**
 * Returns the result of a request.
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
export function of(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

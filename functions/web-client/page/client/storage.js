// The storage of an account. Writing must not fail: a browser refuses to write without space and in some private modes,
// and messages must be sent all the same.

/**
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">} Store
 * `localStorage`, or something with the same methods.
 */

/** Entries of a storage whose keys begin with a prefix. Entries that it does not take are kept in memory. */
export class Shelf {
  #storage;
  #prefix;
  /** Entries that the storage has refused. @type {Map<string, string>} */
  #refused = new Map();

  /**
   * @param {Store} storage
   * @param {string} [prefix] of all keys, so that accounts and servers share a storage
   */
  constructor(storage, prefix = "") {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  /** @param {string} key */
  getItem(key) {
    return this.#refused.get(key) ?? this.#storage.getItem(this.#prefix + key);
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  setItem(key, value) {
    try {
      this.#storage.setItem(this.#prefix + key, value);
      this.#refused.delete(key);
    } catch {
      this.#refused.set(key, value);
    }
  }

  /** @param {string} key */
  removeItem(key) {
    this.#refused.delete(key);
    this.#storage.removeItem(this.#prefix + key);
  }

  /** Returns the keys that begin with a text. @param {string} beginning */
  keys(beginning) {
    const whole = this.#prefix + beginning;
    const all = Array.from({ length: this.#storage.length }, (_, index) => this.#storage.key(index) ?? "");
    const stored = all.filter((key) => key.startsWith(whole)).map((key) => key.slice(this.#prefix.length));
    const refused = [...this.#refused.keys()].filter((key) => key.startsWith(beginning));
    return [...new Set([...stored, ...refused])];
  }
}

/** Returns a storage that ends with the program. @returns {Store} */
export function memory() {
  /** @type {Map<string, string>} */
  const items = new Map();
  /** The keys in order, unless they have changed. @type {string[] | null} */
  let keys = null;
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => {
      items.set(key, value);
      keys = null;
    },
    removeItem: (key) => {
      items.delete(key);
      keys = null;
    },
    key: (index) => (keys ??= [...items.keys()])[index] ?? null,
    get length() {
      return items.size;
    },
  };
}

/** Returns the beginning of the keys of a server in a storage that is shared. @param {string} server */
export function scopeOf(server) {
  return `chat ${server} `;
}

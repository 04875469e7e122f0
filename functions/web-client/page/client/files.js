// Files that are to be sent, kept in the browser's database, so that a reload does not lose them. `localStorage`, which
// has the messages, takes only text, and little of it.

import { of, open, run } from "./database.js";

const FILES = "files";

export class Files {
  /** The files of this page, in memory. @type {Map<string, Blob>} */
  #here = new Map();
  #database;

  /** @param {string} name of the database */
  constructor(name) {
    this.#database = open(name, [FILES]);
  }

  /**
   * @param {string} key
   * @param {Blob} file
   * @returns {Promise<boolean>} whether a reload will find it; false if there is too little space
   */
  async add(key, file) {
    this.#here.set(key, file);
    try {
      await this.#run("readwrite", (files) => files.put(file, key));
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Returns a file that is in memory: those of this page, and those of other pages after `get`.
   * @param {string} key
   * @returns {Blob | undefined}
   */
  peek(key) {
    return this.#here.get(key);
  }

  /**
   * @param {string} key
   * @returns {Promise<Blob | undefined>}
   */
  async get(key) {
    const kept = await this.#run("readonly", (files) => files.get(key)).catch(() => undefined);
    const file = kept ?? this.#here.get(key);
    if (file) this.#here.set(key, file);
    return file;
  }

  /** @param {string} key */
  async remove(key) {
    this.#here.delete(key);
    await this.#run("readwrite", (files) => files.delete(key)).catch(() => undefined);
  }

  /** Removes all files. */
  async clear() {
    this.#here.clear();
    await this.#run("readwrite", (files) => files.clear()).catch(() => undefined);
  }

  /**
   * Removes files without a message: a page was closed before it could remove them.
   * @param {() => Set<string>} needed called after listing, because a tab that adds a file stores its message first
   */
  async sweep(needed) {
    /** @type {IDBValidKey[]} */
    const all = await this.#run("readonly", (files) => files.getAllKeys()).catch(() => []);
    const keys = needed();
    await Promise.all(all.map(String).filter((key) => !keys.has(key)).map((key) => this.remove(key)));
  }

  /**
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(files: IDBObjectStore) => IDBRequest<T>} ask
   * @returns {Promise<T>}
   */
  #run(mode, ask) {
    return run(this.#database, [FILES], mode, (files) => of(ask(files)));
  }
}

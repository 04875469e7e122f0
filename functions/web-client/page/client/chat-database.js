// The chats of one session, which owns the database. Another session finds it empty, and cannot write: neither another
// account nor a tab that has not noticed the end of its session reads or leaves anything.

import { of, open, run } from "./database.js";

const OWNER = "owner";
const ROOMS = "rooms";
const MESSAGES = "messages";
const ALL = [OWNER, ROOMS, MESSAGES];

/**
 * @typedef {object} Version how new a record is
 * @property {number} membership
 * @property {string} cleared when the chat was cleared
 * @property {number} change
 * @property {number} last the id of the last message
 * @typedef {{id: number, version: Version, [name: string]: unknown}} Entry
 * @typedef {object} Difference
 * @property {Entry[]} rooms
 * @property {Entry[]} messages of a room each
 * @property {number[]} gone rooms
 * @property {number[]} unread rooms whose messages are gone
 */

export class ChatDatabase {
  #database;

  /** @param {string} name of the database */
  constructor(name) {
    this.#database = open(name, ALL);
  }

  /**
   * Makes a session the owner. Returns the rooms, and the messages of rooms, that it has stored before.
   * @param {string} session
   * @returns {Promise<{rooms: unknown[], messages: unknown[]}>}
   */
  take(session) {
    return run(this.#database, ALL, "readwrite", async (owner, rooms, messages) => {
      if ((await of(owner.get(OWNER))) !== session) {
        for (const store of [rooms, messages]) store.clear();
        owner.put(session, OWNER);
      }
      const [chats, texts] = await Promise.all([of(rooms.getAll()), of(messages.getAll())]);
      return { rooms: chats, messages: texts };
    });
  }

  /**
   * Stores a difference, unless another session owns the database. Leaves newer entries, which another tab has stored.
   * @param {string} session
   * @param {Difference} difference
   */
  write(session, difference) {
    return run(this.#database, ALL, "readwrite", async (owner, rooms, messages) => {
      if ((await of(owner.get(OWNER))) !== session) return;
      for (const id of difference.gone) rooms.delete(id);
      for (const id of [...difference.gone, ...difference.unread]) messages.delete(id);
      await Promise.all([
        ...difference.rooms.map((entry) => put(rooms, entry)),
        ...difference.messages.map((entry) => put(messages, entry)),
      ]);
    });
  }

  /**
   * Removes everything, and the owner, if its session is over. The owner is read in the transaction, because another
   * session may have taken the database meanwhile.
   * @param {(owner: string | undefined) => boolean} isOver
   */
  clear(isOver) {
    return run(this.#database, ALL, "readwrite", async (owner, ...stores) => {
      if (!isOver(await of(owner.get(OWNER)))) return;
      for (const store of [owner, ...stores]) store.clear();
    });
  }
}

/** @param {IDBObjectStore} store @param {Entry} entry */
async function put(store, entry) {
  const stored = await of(store.get(entry.id));
  if (!stored || !isOlder(entry.version, stored.version)) store.put(entry, entry.id);
}

/**
 * Returns whether one state of a room lacks something of another one. A later stay and a cleared chat begin anew.
 * @param {Version} one
 * @param {Version} other
 */
export function isOlder(one, other) {
  if (one.membership !== other.membership) return one.membership < other.membership;
  if (one.cleared !== other.cleared) return one.cleared < other.cleared;
  return one.change < other.change || one.last < other.last;
}

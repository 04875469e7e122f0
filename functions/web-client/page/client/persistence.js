// Stores the rooms, and the newest messages of those that were read, and begins with them: so that they can be read
// without a network, and so that the first call asks for the news alone.
//
// Each entry has the numbers from which `/sync/` goes on. So an entry that is not the newest does no harm.

import { sleep } from "./backoff.js";
import { isMessages, isRoom } from "./stored-entries.js";

/** Messages of a chat: some screens. */
const MESSAGES = 100;
/** Chats whose messages are stored, the last active ones: with short texts some 10 MB, which are read at each start. */
const CHATS = 100;
/** Milliseconds between a change and its storing. */
const STORES_AFTER = 1_000;
/** Milliseconds. A browser may never open a database. */
const PATIENCE = 2_000;
/** The form of the entries. Those of another form are removed. */
const FORM = 1;

/**
 * @typedef {import("./chat-database.js").Version} Version
 * @typedef {import("./chat-database.js").Difference} Difference
 * @typedef {object} Means
 * @property {Pick<import("./chat-database.js").ChatDatabase, "take" | "write" | "clear">} database
 * @property {import("./rooms.js").Rooms} rooms
 * @property {Pick<import("./cursors.js").Cursors, "get" | "set">} cursors
 * @property {Pick<import("./changes.js").Changes, "known" | "begin">} changes
 * @property {Pick<import("./history.js").History, "of" | "restore">} history
 * @property {AbortSignal} signal ends the storing
 */

/** Returns the owner of the entries of a session. @param {string} session its key */
export function ownerOf(session) {
  return `${FORM} ${session}`;
}

export class Persistence {
  #owner;
  #means;
  /** The rooms as they are stored. @type {Map<number, {text: string, version: Version}>} */
  #rooms = new Map();
  /** The state of the messages of a room when they were stored. @type {Map<number, unknown[]>} */
  #messages = new Map();
  /** Rooms whose stored messages must go: one of them is deleted, and they are not here. @type {Set<number>} */
  #dropped = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Promise<void>} */
  #writing = Promise.resolve();
  #isEnded = false;

  /**
   * @param {string} session its key, which owns the entries
   * @param {Means} means
   */
  constructor(session, means) {
    this.#owner = ownerOf(session);
    this.#means = means;
    means.signal.addEventListener("abort", () => this.#end());
  }

  /**
   * Takes the stored rooms and messages.
   * @returns {Promise<boolean>} whether there was something
   */
  async restore() {
    const { database, rooms, cursors, changes, history, signal } = this.#means;
    const late = sleep(PATIENCE, signal).then(() => null);
    const stored = await Promise.race([database.take(this.#owner).catch(() => null), late]);
    if (!stored || signal.aborted) return false;
    if (!stored.rooms.every(isRoom) || !stored.messages.every(isMessages)) {
      await this.#clear().then(() => database.take(this.#owner)).catch(() => undefined);
      return false;
    }
    for (const { id, room, cursor, version, marks } of stored.rooms) {
      rooms.take(room);
      cursors.set(id, cursor);
      changes.begin(id, version.change, room.changes);
      for (const [user, { delivered, read }] of marks) {
        rooms.marks.move(id, user, "delivered", delivered, false);
        rooms.marks.move(id, user, "read", read, false);
      }
    }
    /** @type {number[]} */
    const others = [];
    for (const { id, version, kept } of stored.messages) {
      const room = rooms.get(id);
      if (room && cursors.get(id)?.membership === version.membership) {
        changes.begin(id, version.change, room.changes);
        history.restore(id, kept);
      } else {
        others.push(id);
      }
    }
    // All this is stored already.
    this.#difference();
    for (const id of others) this.gone({ conversation: id });
    return stored.rooms.length > 0;
  }

  /** Stores a change soon. */
  changed() {
    if (!this.#isEnded) this.#timer ??= setTimeout(() => void this.flush(), STORES_AFTER);
  }

  /**
   * Removes the stored messages of a room if they are not here, because one of them is deleted.
   * @param {{conversation: number}} message
   */
  gone({ conversation }) {
    this.#dropped.add(conversation);
    this.changed();
  }

  /** Stores all changes. @returns {Promise<void>} */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Removes everything, and stores nothing any more. */
  async forget() {
    this.#end();
    await this.#clear().catch(() => undefined);
  }

  #clear() {
    return this.#means.database.clear((owner) => owner === this.#owner);
  }

  #end() {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }

  async #write() {
    if (this.#isEnded) return;
    const difference = this.#difference();
    if (Object.values(difference).every((entries) => entries.length === 0)) return;
    try {
      await this.#means.database.write(this.#owner, difference);
    } catch {
      // Otherwise a stored message would outlive its deletion.
      await this.forget();
    }
  }

  /** Returns what differs from the storage, and counts it as stored. @returns {Difference} */
  #difference() {
    const { rooms, cursors, changes, history } = this.#means;
    /** @type {Difference} */
    const difference = { rooms: [], messages: [], gone: [], unread: [] };
    for (const id of this.#rooms.keys()) if (!rooms.get(id)) difference.gone.push(id);
    for (const id of difference.gone) this.#rooms.delete(id);
    const unread = new Set([...this.#messages.keys(), ...this.#dropped]);
    this.#dropped.clear();
    let chats = 0;
    for (const room of rooms.list()) {
      const { id, cleared_at } = room;
      const [cursor, change, timeline] = [cursors.get(id), changes.known(id), history.of(id)];
      if (!cursor || change === undefined) continue;
      const version = { membership: cursor.membership, cleared: cleared_at ?? "", change, last: cursor.last.id };
      const entry = { id, version, room, cursor, marks: rooms.marks.all(id) };
      const text = JSON.stringify(entry);
      const before = this.#rooms.get(id);
      if (before && before.version.cleared !== version.cleared) unread.add(id);
      if (before?.text !== text) difference.rooms.push(JSON.parse(text));
      this.#rooms.set(id, { text, version });
      if (!timeline?.loaded || chats === CHATS) continue;
      chats += 1;
      unread.delete(id);
      const { messages, hasOlder, settledId } = timeline;
      const state = [messages, hasOlder, settledId, change, version.membership, version.cleared];
      if (this.#messages.get(id)?.every((part, index) => part === state[index])) continue;
      this.#messages.set(id, state);
      const kept = timeline.newest(MESSAGES);
      difference.messages.push({ id, version: { ...version, last: kept.settled?.id ?? 0 }, kept });
    }
    for (const id of unread) this.#messages.delete(id);
    difference.unread = [...unread];
    return difference;
  }
}

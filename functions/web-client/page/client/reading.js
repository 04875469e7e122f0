// Marks rooms as read.

/**
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "markRead">} api
 * @property {import("./rooms.js").Rooms} rooms
 * @property {Pick<import("./history.js").History, "of">} history
 * @property {Pick<import("./sync.js").Sync, "attempt">} sync
 * @property {() => void} onchange
 */

export class Reading {
  #me;
  #means;
  /** @type {Set<number>} rooms that are being marked as read */
  #marking = new Set();

  /**
   * @param {number} me
   * @param {Means} means
   */
  constructor(me, means) {
    this.#me = me;
    this.#means = means;
  }

  /**
   * Marks a room as read, if its newest message is loaded. Called when the end of the room is in view.
   * @param {number} id
   */
  async seen(id) {
    const { rooms, history, sync } = this.#means;
    const room = rooms.get(id);
    const last = history.of(id)?.messages.at(-1);
    if (!room?.unread || !last || last.id < (room.last_message?.id ?? 0) || this.#marking.has(id)) return;
    this.#marking.add(id);
    await sync.attempt(() => this.read(id, last.id));
    this.#marking.delete(id);
  }

  /**
   * Marks a room as read up to a message.
   * @param {number} id
   * @param {number} message
   */
  async read(id, message) {
    const { api, rooms, onchange } = this.#means;
    await api.markRead(id, message);
    rooms.mark(id, this.#me, message);
    onchange();
  }
}

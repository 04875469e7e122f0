// Marks rooms as read.

/**
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "markRead">} api
 * @property {import("./rooms.js").Rooms} rooms
 * @property {Pick<import("./cursors.js").Cursors, "read">} cursors
 * @property {Pick<import("./history.js").History, "of">} history
 * @property {Pick<import("./sync.js").Sync, "attempt">} sync
 * @property {Pick<import("./chats.js").Chats, "set">} chats
 * @property {() => void} onchange
 */

export class Reading {
  #me;
  #means;
  /** @type {Set<number>} rooms that are being marked as read */
  #marking = new Set();
  /** The last message of each room that was read, and edited since. @type {Map<number, number>} */
  #edited = new Map();

  /**
   * @param {number} me
   * @param {Means} means
   */
  constructor(me, means) {
    this.#me = me;
    this.#means = means;
  }

  /**
   * Notes that a message was edited. Its sender learns when it is read again.
   * @param {import("./timeline.js").Message} message
   */
  edited({ conversation, id }) {
    this.#edited.set(conversation, Math.max(id, this.#edited.get(conversation) ?? 0));
  }

  /**
   * Marks a room as read, if its newest message is loaded, and ends its mark as unread. Called when the end of the room is
   * in view.
   * @param {number} id
   */
  async seen(id) {
    const { rooms, history, sync, chats } = this.#means;
    const room = rooms.get(id);
    const last = history.of(id)?.messages.at(-1);
    if (room?.marked_unread) {
      room.marked_unread = false;
      void chats.set(id, { marked_unread: false });
    }
    const edited = this.#edited.get(id);
    if (!room || !last || last.id < (room.last_message?.id ?? 0) || this.#marking.has(id)) return;
    if (!room.unread && edited === undefined) return;
    this.#marking.add(id);
    await sync.attempt(async () => {
      await this.read(id, room.unread ? last.id : edited ?? last.id);
      if (this.#edited.get(id) === edited) this.#edited.delete(id);
    });
    this.#marking.delete(id);
  }

  /**
   * Marks a room as read up to a message.
   * @param {number} id
   * @param {number} message
   */
  async read(id, message) {
    const { api, rooms, cursors, onchange } = this.#means;
    await api.markRead(id, message);
    cursors.read(id, message);
    rooms.mark(id, this.#me, message);
    onchange();
  }
}

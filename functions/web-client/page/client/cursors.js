// The numbers from which `/sync/` goes on in each room, except those of changes, which `changes.js` has.
// Pure.

/**
 * @typedef {{id: number, sequence: number}} Point a message
 * @typedef {object} Cursor
 * @property {number} membership the stay of the user to which the rest belongs
 * @property {Point} last the last message that the summary of the room counts, as long as no push is missing before it
 * @property {number | null} lastRead the last message that the user has read
 */

/** The point before all messages. @type {Point} */
export const BEGINNING = { id: 0, sequence: 0 };

export class Cursors {
  /** @type {Map<number, Cursor>} */
  #cursors = new Map();

  /** @param {number} room */
  get(room) {
    return this.#cursors.get(room);
  }

  /** @param {number} room @param {Cursor} cursor */
  set(room, cursor) {
    this.#cursors.set(room, cursor);
  }

  /**
   * Takes a message that was pushed, or returned by a call that sent it.
   * @param {{conversation: number, id: number, sequence: number}} message
   */
  heard({ conversation, id, sequence }) {
    const cursor = this.#cursors.get(conversation);
    if (cursor && sequence === cursor.last.sequence + 1) cursor.last = { id, sequence };
  }

  /** Notes that the user has read a room up to a message. @param {number} room @param {number} message */
  read(room, message) {
    const cursor = this.#cursors.get(room);
    if (cursor) cursor.lastRead = Math.max(message, cursor.lastRead ?? 0);
  }

  /** @param {number} room */
  forget(room) {
    this.#cursors.delete(room);
  }
}

/**
 * Returns the point of a message.
 * @param {Point | null | undefined} message
 * @returns {Point}
 */
export function pointOf(message) {
  return message ? { id: message.id, sequence: message.sequence } : BEGINNING;
}

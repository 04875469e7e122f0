// How far this client knows each room, as `/sync/` asks for it: without the numbers of changes, which `changes.js` has.
// Pure.

/**
 * @typedef {{id: number, sequence: number}} Point a message
 * @typedef {object} Place
 * @property {number} membership the stay of the user to which the rest belongs
 * @property {Point} last the last message that the summary of the room counts, as long as no push is missing before it
 * @property {number | null} lastRead the last message that the user has read
 */

/** The point before all messages. @type {Point} */
export const BEGINNING = { id: 0, sequence: 0 };

export class Places {
  /** @type {Map<number, Place>} */
  #places = new Map();

  /** @param {number} room */
  get(room) {
    return this.#places.get(room);
  }

  /** @param {number} room @param {Place} place */
  set(room, place) {
    this.#places.set(room, place);
  }

  /**
   * Takes a message that was pushed, or returned by a call that sent it.
   * @param {{conversation: number, id: number, sequence: number}} message
   */
  heard({ conversation, id, sequence }) {
    const place = this.#places.get(conversation);
    if (place && sequence === place.last.sequence + 1) place.last = { id, sequence };
  }

  /** Notes that the user has read a room up to a message. @param {number} room @param {number} message */
  read(room, message) {
    const place = this.#places.get(room);
    if (place) place.lastRead = Math.max(message, place.lastRead ?? 0);
  }

  /** @param {number} room */
  forget(room) {
    this.#places.delete(room);
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

// The list of rooms: order, unread counts, and marks of reading. Pure.

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {{id: number, members: number[], type: "chat" | "group", name: string, description: string,
 *   created_by: number, created_at: string, updated_at: string, unread: number, last_message: Message | null}} Room
 */

export class Rooms {
  #me;
  /** @type {Map<number, Room>} */
  #rooms = new Map();
  /** The id of the last message that a member has read, by room and user. @type {Map<number, Map<number, number>>} */
  #marks = new Map();

  /** @param {number} me */
  constructor(me) {
    this.#me = me;
  }

  /** @returns {Room[]} newest first */
  list() {
    const newestFirst = (/** @type {Room} */ one, /** @type {Room} */ other) =>
      other.updated_at.localeCompare(one.updated_at) || other.id - one.id;
    return [...this.#rooms.values()].sort(newestFirst);
  }

  /**
   * @param {number} id
   * @returns {Room | undefined}
   */
  get(id) {
    return this.#rooms.get(id);
  }

  /** The number of unread messages in all rooms. */
  get unread() {
    return this.list().reduce((sum, room) => sum + room.unread, 0);
  }

  /**
   * Takes the list of the server. Keeps the newer last message of a room that was pushed while the list was fetched.
   * @param {Room[]} listed
   */
  replace(listed) {
    const known = this.#rooms;
    const newer = (/** @type {Room} */ room) => {
      const before = known.get(room.id);
      if (!before || idOf(before) <= idOf(room)) return room;
      return { ...room, unread: before.unread, last_message: before.last_message, updated_at: before.updated_at };
    };
    this.#rooms = new Map(listed.map((room) => [room.id, newer(room)]));
  }

  /**
   * Applies a new message to its room. Its sender has read the room.
   * @param {Message} message
   */
  apply(message) {
    this.mark(message.conversation, message.sender, message.id);
    const room = this.#rooms.get(message.conversation);
    if (!room || message.id <= idOf(room)) return;
    room.last_message = message;
    room.updated_at = message.created_at;
    room.unread = message.sender === this.#me ? 0 : room.unread + 1;
  }

  /**
   * @param {number} id
   * @param {number} user
   */
  join(id, user) {
    const room = this.#rooms.get(id);
    if (room && !room.members.includes(user)) room.members.push(user);
  }

  /**
   * @param {number} id
   * @param {number} user
   */
  leave(id, user) {
    if (user === this.#me) this.#rooms.delete(id);
    const room = this.#rooms.get(id);
    if (room) room.members = room.members.filter((member) => member !== user);
  }

  /**
   * Notes that a user has read a room up to a message. Marks only move forward.
   * @param {number} id
   * @param {number} user
   * @param {number} message
   */
  mark(id, user, message) {
    const marks = this.#marks.get(id) ?? new Map();
    this.#marks.set(id, marks.set(user, Math.max(message, marks.get(user) ?? 0)));
    const room = this.#rooms.get(id);
    if (user === this.#me && room && message >= idOf(room)) room.unread = 0;
  }

  /**
   * Whether all receivers of the message that are still members have read it.
   * @param {Message} message
   */
  isReadByAll(message) {
    const room = this.#rooms.get(message.conversation);
    const marks = this.#marks.get(message.conversation);
    const readers = message.receivers.filter((user) => room?.members.includes(user));
    return readers.length > 0 && readers.every((user) => (marks?.get(user) ?? 0) >= message.id);
  }
}

/**
 * Returns the id of the last message of a room.
 * @param {Room} room
 */
function idOf(room) {
  return room.last_message?.id ?? 0;
}

// The list of rooms: order, members, unread counts, and marks of reading. Pure.

import { roleOf } from "./rights.js";

/** The most members of a room whose ids the server lists. */
const SMALL_ROOM = 32;
/** Milliseconds by which the list may be older than the request for it. */
const LAG = 5_000;

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {"owner" | "admin" | "member"} Role
 * @typedef {{id: number, members: number[], members_count: number, type: "chat" | "group" | "direct", name: string,
 *   description: string, picture: import("./attachments.js").Attachment | null, max_members: number,
 *   access: "open" | "invite", history: "all" | "joined", owner: number | null, admins: number[], role: Role | null,
 *   only_admins: {send: boolean, edit: boolean, add: boolean}, peer: import("./api.js").User | null, changes: number,
 *   created_by: number, created_at: string, updated_at: string}} BareRoom
 * @typedef {BareRoom & {unread: number, last_message: Message | null}} Room
 */

export class Rooms {
  #me;
  /** @type {Map<number, Room>} */
  #rooms = new Map();
  /** Direct rooms that were opened, and not listed since: a hidden one is listed only after its next message. */
  #opened = new Set();
  /** When the list was asked for. In milliseconds. */
  #asked = 0;
  /** When the last message of each room came. In milliseconds. @type {Map<number, number>} */
  #came = new Map();
  /** Rooms that the user has left since the list was asked for. */
  #left = new Set();
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

  /** Whether the members of a room are known by their ids. @param {number} id */
  isSmall(id) {
    const room = this.#rooms.get(id);
    return room !== undefined && room.members.length === room.members_count;
  }

  /** The number of unread messages in all rooms. */
  get unread() {
    return this.list().reduce((sum, room) => sum + room.unread, 0);
  }

  /** Notes that the list is asked for: it may still have rooms that the user leaves after this. */
  asks() {
    this.#left.clear();
    this.#asked = Date.now();
  }

  /**
   * Takes the list of the server. Keeps newer settings, and a newer last message that came while the list was fetched:
   * one that came long before, and is not in the list, was deleted for the user.
   * @param {Room[]} listed
   */
  replace(listed) {
    const known = this.#rooms;
    const present = listed.filter((room) => !this.#left.has(room.id));
    const isFresh = (/** @type {number} */ id) => (this.#came.get(id) ?? 0) >= this.#asked - LAG;
    this.#rooms = new Map(present.map((room) => [room.id, newest(known.get(room.id), room, isFresh(room.id))]));
    for (const room of this.#rooms.values()) room.last_message &&= unquoted(room.last_message);
    for (const { id } of listed) this.#opened.delete(id);
    for (const id of this.#opened) this.#rooms.set(id, /** @type {Room} */ (known.get(id)));
  }

  /** Takes a room as a call has returned it. @param {BareRoom} room */
  open(room) {
    const { unread, last_message } = this.#rooms.get(room.id) ?? { unread: 0, last_message: null };
    this.#rooms.set(room.id, { ...room, unread, last_message });
    if (room.type === "direct") this.#opened.add(room.id);
    this.#left.delete(room.id);
  }

  /**
   * Applies the settings and roles of a `room` event, which lacks what differs between members.
   * @param {BareRoom} room
   */
  change(room) {
    const known = this.#rooms.get(room.id);
    if (!known || room.changes < known.changes) return;
    const { peer, updated_at } = known;
    this.#rooms.set(room.id, { ...known, ...room, peer, updated_at, role: roleOf(room, this.#me) });
  }

  /**
   * Applies a new message to its room. Its sender has read the room.
   * @param {Message} message
   */
  apply(message) {
    this.mark(message.conversation, message.sender, message.id);
    const room = this.#rooms.get(message.conversation);
    if (!room || message.id <= idOf(room)) return;
    this.#came.set(room.id, Date.now());
    room.last_message = unquoted(message);
    room.updated_at = message.created_at;
    room.unread = message.sender === this.#me ? 0 : room.unread + 1;
  }

  /**
   * Takes the state of a message after a change into the summary of its room.
   * @param {Message} message
   * @param {Message | null} before the last message, if this one is hidden
   */
  revise(message, before) {
    const room = this.#rooms.get(message.conversation);
    const last = room?.last_message;
    if (!room || last?.id !== message.id || (!message.hidden && last.version > message.version)) return;
    const shown = message.hidden ? before : message;
    room.last_message = shown && unquoted(shown);
  }

  /**
   * @param {number} id
   * @param {number} user
   */
  join(id, user) {
    const room = this.#rooms.get(id);
    if (!room || room.members.includes(user)) return;
    const members = this.isSmall(id) && room.members_count < SMALL_ROOM ? [...room.members, user] : [];
    this.#rooms.set(id, { ...room, members, members_count: room.members_count + 1 });
  }

  /**
   * @param {number} id
   * @param {number} user
   */
  leave(id, user) {
    const room = this.#rooms.get(id);
    if (user === this.#me) {
      this.#rooms.delete(id);
      this.#opened.delete(id);
      this.#came.delete(id);
      this.#marks.delete(id);
      this.#left.add(id);
    } else if (room && (room.members.includes(user) || !this.isSmall(id))) {
      const members = room.members.filter((member) => member !== user);
      this.#rooms.set(id, { ...room, members, members_count: room.members_count - 1 });
    }
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
   * Whether all receivers of the message that are still members have read it. Nobody knows this of a message in a large
   * room, because its receivers are not listed.
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
 * Returns a listed room with the parts of the known one that are newer.
 * @param {Room | undefined} known
 * @param {Room} listed
 * @param {boolean} isFresh whether the list may lack the last message of the known one
 * @returns {Room}
 */
function newest(known, listed, isFresh) {
  if (!known) return listed;
  const isNewer = (isFresh && idOf(known) > idOf(listed))
    || (idOf(known) === idOf(listed) && versionOf(known) > versionOf(listed));
  const { unread, last_message, updated_at } = isNewer ? known : listed;
  return { ...(known.changes > listed.changes ? known : listed), unread, last_message, updated_at };
}

/**
 * Returns the id of the last message of a room.
 * @param {Room} room
 */
function idOf(room) {
  return room.last_message?.id ?? 0;
}

/**
 * Returns a message without its quote, which a summary does not need, and which would outlive its original.
 * @param {Message} message
 */
function unquoted(message) {
  return { ...message, quoted: null };
}

/** @param {Room} room */
function versionOf(room) {
  return room.last_message?.version ?? 0;
}

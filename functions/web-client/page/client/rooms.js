// The list of rooms: order, members, unread counts, and marks of reading. Pure.

import { Marks } from "./marks.js";
import { roleOf } from "./rights.js";
import { sendable } from "./text.js";

/** The most members of a room whose ids the server lists. */
const SMALL_ROOM = 32;
/** Milliseconds by which a listed room may be older than the request for it. */
const LAG = 5_000;

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {"owner" | "admin" | "member"} Role
 * @typedef {{id: number, members: number[], members_count: number, type: "chat" | "group" | "direct", name: string,
 *   description: string, picture: import("./attachments.js").Attachment | null, max_members: number,
 *   access: "open" | "invite", history: "all" | "joined", owner: number | null, admins: number[], role: Role | null,
 *   only_admins: {send: boolean, edit: boolean, add: boolean}, peer: import("./api.js").User | null, changes: number,
 *   created_by: number, created_at: string, updated_at: string}} BareRoom
 * @typedef {{muted_until: string | null, archived: boolean, pinned: boolean, marked_unread: boolean,
 *   draft: string | null, cleared_at: string | null, settings_version: number}} ChatSettings
 * @typedef {{unread: number, first_unread: number | null, mentioned: boolean, last_message: Message | null}} Progress
 * @typedef {BareRoom & ChatSettings & Progress} Room
 */

/** The settings of a chat that the user has not changed. @type {ChatSettings} */
const USUAL = {
  muted_until: null, archived: false, pinned: false, marked_unread: false, draft: null, cleared_at: null, settings_version: 0,
};
/** The progress in a room without messages. @type {Progress} */
const NOTHING = { unread: 0, first_unread: null, mentioned: false, last_message: null };

export class Rooms {
  #me;
  /** @type {Map<number, Room>} */
  #rooms = new Map();
  /** When rooms were asked for. In milliseconds. */
  #asked = 0;
  /** When the last message of each room came. In milliseconds. @type {Map<number, number>} */
  #came = new Map();
  /** Rooms that the user has left since rooms were asked for. */
  #left = new Set();
  marks = new Marks();

  /** @param {number} me */
  constructor(me) {
    this.#me = me;
  }

  /** @returns {Room[]} pinned ones first, then newest first */
  list() {
    const newestFirst = (/** @type {Room} */ one, /** @type {Room} */ other) =>
      Number(other.pinned) - Number(one.pinned) || other.updated_at.localeCompare(one.updated_at) || other.id - one.id;
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

  /** The number of unread messages in all rooms that notify, and at least one for each that is marked as unread. */
  get unread() {
    const counted = this.list().filter((room) => !isQuiet(room, Date.now()) || room.mentioned);
    return counted.reduce((sum, room) => sum + Math.max(room.unread, Number(room.marked_unread)), 0);
  }

  /** Notes that rooms are asked for: the answer may still have some that the user leaves after this. */
  asks() {
    this.#left.clear();
    this.#asked = Date.now();
  }

  /**
   * Takes a room as the server lists it. Keeps newer settings, and a newer last message that came while the room was
   * asked for: one that came long before, and is not in the room, was deleted for the user.
   * @param {Room} listed
   * @param {boolean} [isSameStay] false if the user has left the room since it was listed before, and come back
   * @returns {boolean} false if the user has left it meanwhile
   */
  take(listed, isSameStay = true) {
    const { id } = listed;
    if (this.#left.has(id)) return false;
    const isFresh = (this.#came.get(id) ?? 0) >= this.#asked - LAG;
    const room = newest(isSameStay ? this.#rooms.get(id) : undefined, listed, isFresh);
    this.#rooms.set(id, { ...room, last_message: room.last_message && unquoted(room.last_message) });
    return true;
  }

  /** Takes a room as a call has returned it. @param {BareRoom} room */
  open(room) {
    const known = this.#rooms.get(room.id);
    const own = known ? { ...settingsOf(known), ...progressOf(known) } : { ...USUAL, ...NOTHING };
    this.#rooms.set(room.id, { ...room, ...own });
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
   * Takes the settings of a chat, unless later ones are known.
   * @param {number} id
   * @param {ChatSettings} settings
   */
  set(id, settings) {
    const room = this.#rooms.get(id);
    if (!room || settings.settings_version < room.settings_version) return;
    const isCleared = settings.cleared_at !== room.cleared_at;
    this.#rooms.set(id, { ...room, ...settings, ...(isCleared && NOTHING) });
  }

  /**
   * Applies a new message to its room. Its sender has read the room.
   * @param {Message} message
   * @param {boolean} [isAddressed] whether it mentions the user, or answers their message
   */
  apply(message, isAddressed = false) {
    this.mark(message.conversation, message.sender, message.id, { isNow: true });
    const room = this.#rooms.get(message.conversation);
    if (!room || message.id <= idOf(room)) return;
    this.#came.set(room.id, Date.now());
    room.last_message = unquoted(message);
    room.updated_at = message.created_at;
    if (message.sender === this.#me) {
      // Another draft is the next text: the message may have waited for its file, or for the server.
      const draft = room.draft !== null && sendable(room.draft) === message.text ? null : room.draft;
      Object.assign(room, { unread: 0, first_unread: null, mentioned: false, draft });
    } else {
      room.first_unread ??= message.id;
      room.unread += 1;
      room.mentioned ||= isAddressed;
    }
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
      this.#came.delete(id);
      this.marks.forget(id);
      this.#left.add(id);
    } else if (room && (room.members.includes(user) || !this.isSmall(id))) {
      const members = room.members.filter((member) => member !== user);
      this.#rooms.set(id, { ...room, members, members_count: room.members_count - 1 });
    }
  }

  /**
   * Notes that a user has read a room up to a message, or has its messages.
   * @param {number} id
   * @param {number} user
   * @param {number} message
   * @param {{mark?: import("./marks.js").Mark, isNow?: boolean}} [how] `isNow`: the mark moves now
   */
  mark(id, user, message, { mark = "read", isNow = false } = {}) {
    this.marks.move(id, user, mark, message, isNow);
    const room = this.#rooms.get(id);
    if (mark === "read" && user === this.#me && room && message >= idOf(room)) {
      Object.assign(room, { unread: 0, first_unread: null, mentioned: false });
    }
  }

  /**
   * What all receivers of the message who are still members have done. Nobody knows this of a message in a large room,
   * because its receivers are not listed.
   * @param {Message} message
   */
  receipt(message) {
    const room = this.#rooms.get(message.conversation);
    return this.marks.state(message, message.receivers.filter((user) => room?.members.includes(user)));
  }
}

/**
 * Returns a listed room with the parts of the known one that are newer. Without a change of the settings the known draft
 * stays, because the server ends every draft with the user's next message, and `apply` only that of its text.
 * @param {Room | undefined} known
 * @param {Room} listed
 * @param {boolean} isFresh whether the list may lack the last message of the known one
 * @returns {Room}
 */
function newest(known, listed, isFresh) {
  if (!known) return listed;
  const isNewer = known.cleared_at === listed.cleared_at && ((isFresh && idOf(known) > idOf(listed))
    || (idOf(known) === idOf(listed) && versionOf(known) > versionOf(listed)));
  const newer = isNewer ? known : listed;
  return {
    ...(known.changes > listed.changes ? known : listed), ...progressOf(newer), updated_at: newer.updated_at,
    ...settingsOf(known.settings_version > listed.settings_version ? known : listed),
    draft: known.settings_version < listed.settings_version ? listed.draft : known.draft,
  };
}

/** @param {Room} room @returns {Progress} */
function progressOf({ unread, first_unread, mentioned, last_message }) {
  return { unread, first_unread, mentioned, last_message };
}

/** @param {Room} room @returns {ChatSettings} */
function settingsOf({ muted_until, archived, pinned, marked_unread, draft, cleared_at, settings_version }) {
  return { muted_until, archived, pinned, marked_unread, draft, cleared_at, settings_version };
}

/**
 * Returns whether a chat is muted.
 * @param {ChatSettings} settings
 * @param {number} now in milliseconds
 */
export function isMuted({ muted_until }, now) {
  return muted_until !== null && Date.parse(muted_until) > now;
}

/**
 * Returns whether a chat notifies of mentions and answers only.
 * @param {ChatSettings} settings
 * @param {number} now in milliseconds
 */
export function isQuiet(settings, now) {
  return settings.archived || isMuted(settings, now);
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

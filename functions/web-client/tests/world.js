// A server with rooms of user 1, as `/sync/` and the lists describe it, for the tests of what a client makes of it.

import { Failure } from "../page/client/call.js";
import { message, room } from "./message.js";

/** @typedef {import("../page/client/timeline.js").Message} Message */
/** @typedef {import("../page/client/message-calls.js").KnownRoom} KnownRoom */

const ME = 1;
/** @type {Omit<import("../page/client/rooms.js").ChatSettings, "cleared_at" | "settings_version">} */
const USUAL = { muted_until: null, archived: false, pinned: false, marked_unread: false, draft: null };
const NEW_MESSAGES = 50;
const CHANGED = 100;

/** A room on the server. */
class Stored {
  /** @type {Message[]} */
  messages = [];
  /** The changed message of each number; null if the room itself has changed. @type {(number | null)[]} */
  log = [];
  /** Messages that the user has deleted for themselves. @type {Set<number>} */
  hidden = new Set();
  membership = 1;
  /** The last sequence that the user cannot see. */
  bound = 0;
  lastRead = 0;
  lastSent = 0;
  /** @type {string | null} */
  cleared_at = null;
  settings_version = 0;
  pinned = false;
  /** Whether the server has forgotten the changes so far. */
  forgotten = 0;

  /** @param {number} id */
  constructor(id) {
    this.id = id;
  }

  visible() {
    return this.messages.filter(({ id, sequence }) => sequence > this.bound && !this.hidden.has(id));
  }

  summary() {
    const shown = this.visible();
    const seen = Math.max(this.lastRead, this.lastSent);
    const unread = shown.filter(({ id }) => id > seen);
    return room(this.id, {
      changes: this.log.length, last_message: shown.at(-1) ?? null, unread: unread.length,
      first_unread: unread[0]?.id ?? null, ...this.settings(),
    });
  }

  settings() {
    const { pinned, cleared_at, settings_version } = this;
    return { ...USUAL, pinned, cleared_at, settings_version };
  }

  /** The changed messages after a number. @param {number} after */
  changesAfter(after) {
    if (after < this.forgotten || after > this.log.length) {
      return { changed: [], change: this.log.length, more: false, reset: true };
    }
    const end = Math.min(this.log.length, after + CHANGED);
    const ids = new Set(this.log.slice(after, end).filter((id) => id !== null));
    const found = this.messages.filter(({ id, sequence }) => ids.has(id) && sequence > this.bound);
    const changed = found.map((one) => (this.hidden.has(one.id) ? { ...one, text: "", hidden: true } : one));
    return { changed, change: end, more: end < this.log.length, reset: false };
  }
}

export class World {
  /** Rooms of which the user is a member. @type {Map<number, Stored>} */
  rooms = new Map();
  /** Rooms that the user has left. @type {Map<number, Stored>} */
  left = new Map();
  /** The calls. @type {string[]} */
  calls = [];
  /** The most rooms of an answer. */
  most = Infinity;
  #clock = 1_000;

  /** @param {number} id */
  begins(id) {
    this.rooms.set(id, new Stored(id));
  }

  /** @param {number} id */
  of(id) {
    const found = this.rooms.get(id) ?? this.left.get(id);
    if (!found) throw new Error(`there is no room ${id}`);
    return found;
  }

  /**
   * Sends a message. Returns its event.
   * @param {number} id
   * @param {string} text
   */
  sends(id, text, sender = 2) {
    const stored = this.of(id);
    const sequence = stored.messages.length + 1;
    const sent = message(sequence, { id: this.#clock += 7, conversation: id, sender, text });
    stored.messages.push(sent);
    if (sender === ME) stored.lastSent = sent.id;
    return { type: "message", changes: stored.log.length, ...sent };
  }

  /** Edits or deletes a message. Returns its event. @param {number} id @param {number} which @param {string | null} text */
  changes(id, which, text) {
    const stored = this.of(id);
    const before = stored.messages[which];
    const at = new Date(this.#clock += 1).toISOString();
    const after = text === null
      ? { ...before, text: "", deleted_at: at, deleted_by: 2, version: before.version + 1 }
      : { ...before, text, edited_at: at, version: before.version + 1 };
    stored.messages[which] = after;
    const change = stored.log.push(before.id);
    return { type: text === null ? "deleted" : "edited", conversation: id, change, message: after };
  }

  /** The user deletes a message for themselves. Returns its event. @param {number} id @param {number} which */
  hides(id, which) {
    const stored = this.of(id);
    const one = stored.messages[which];
    stored.hidden.add(one.id);
    const change = stored.log.push(one.id);
    return { type: "deleted", conversation: id, change, message: { ...one, text: "", hidden: true } };
  }

  /** The user clears a chat on another device. Returns the event. @param {number} id */
  clears(id) {
    const stored = this.of(id);
    stored.bound = stored.messages.length;
    stored.cleared_at = new Date(this.#clock += 1).toISOString();
    stored.settings_version += 1;
    return { type: "chat", conversation: id, settings: stored.settings() };
  }

  /** The user pins or unpins a chat on another device. Returns the event. @param {number} id */
  pins(id) {
    const stored = this.of(id);
    stored.pinned = !stored.pinned;
    stored.settings_version += 1;
    return { type: "chat", conversation: id, settings: stored.settings() };
  }

  /** The user reads all messages of a room on another device. Returns the event. @param {number} id */
  reads(id) {
    const stored = this.of(id);
    stored.lastRead = stored.visible().at(-1)?.id ?? stored.lastRead;
    return { type: "read", conversation: id, user: ME, last_read: stored.lastRead };
  }

  /** The user leaves a room, or joins it again and sees nothing of before. @param {number} id */
  turns(id) {
    const stored = this.of(id);
    const [from, to] = this.rooms.has(id) ? [this.rooms, this.left] : [this.left, this.rooms];
    from.delete(id);
    to.set(id, stored);
    stored.log.push(null);
    if (to === this.left) return { type: "removed", conversation: id, by: 2, banned: false };
    stored.membership += 1;
    stored.bound = stored.messages.length;
    Object.assign(stored, { cleared_at: null, settings_version: 0, pinned: false, lastRead: 0 });
    return { type: "joined", conversation: id, user: ME };
  }

  /** @param {{rooms: {[room: string]: KnownRoom}}} known */
  sync({ rooms: known }) {
    this.calls.push("sync");
    /** @type {import("../page/client/message-calls.js").Synced} */
    const answer = { rooms: {}, gone: Object.keys(known).map(Number).filter((id) => !this.rooms.has(id)), more: false };
    for (const stored of this.rooms.values()) {
      const news = newsOf(stored, known[stored.id]);
      if (!news) continue;
      if (Object.keys(answer.rooms).length === this.most) return { ...answer, more: true };
      answer.rooms[stored.id] = news;
    }
    return answer;
  }

  /** @param {number} id @param {{before?: number, after?: number, limit?: number}} range */
  messages(id, { before = Infinity, after, limit = 50 }) {
    this.calls.push("messages");
    const found = this.#as(id).visible().filter((one) => one.id < before && one.id > (after ?? 0));
    return { messages: after === undefined ? found.slice(-limit) : found.slice(0, limit), more: found.length > limit };
  }

  /** @param {number} id @param {number} [after] */
  changesAfter(id, after) {
    this.calls.push("changes");
    const stored = this.#as(id);
    if (after === undefined) return { changed: [], change: stored.log.length, more: false, reset: false };
    return stored.changesAfter(after);
  }

  /** Returns a room for a call of the user. @param {number} id */
  #as(id) {
    const stored = this.rooms.get(id);
    if (!stored) throw new Failure(403, "not_a_member", "");
    return stored;
  }
}

/**
 * Returns the news of a room, or null if there are none.
 * @param {Stored} stored
 * @param {KnownRoom | undefined} known
 */
function newsOf(stored, known) {
  const { membership, lastRead, log } = stored;
  const marks = { [ME]: { last_delivered: null, last_read: lastRead || null } };
  const summary = { room: stored.summary(), membership, change: log.length, marks };
  const news = { ...summary, messages: [], after: null, changed: [], more: false };
  const newest = stored.messages.at(-1);
  const seen = newest && newest.sequence > stored.bound ? newest.id : 0;
  const isAhead = known && ((known.after ?? 0) > seen || (known.change ?? 0) > log.length);
  if (!known || known.change === undefined || known.membership !== membership || isAhead) return { ...news, reset: true };
  const changes = stored.changesAfter(known.change);
  if (changes.reset) return { ...news, reset: true };
  const after = stored.visible().filter(({ id }) => id > (known.after ?? Infinity));
  const messages = after.slice(0, NEW_MESSAGES);
  const isElsewhere = known.last_read !== lastRead || known.settings_version !== stored.settings_version;
  if (messages.length === 0 && known.change === log.length && !isElsewhere) return null;
  return { ...news, ...changes, messages, more: changes.more || messages.length < after.length };
}

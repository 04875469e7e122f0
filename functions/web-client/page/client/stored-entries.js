// The entries that `persistence.js` stores. A damaged storage has others. Pure.

import { has } from "./json.js";

/**
 * @typedef {import("./chat-database.js").Version} Version
 * @typedef {import("./marks.js").Mark} Mark
 * @typedef {{id: number, version: Version, room: import("./rooms.js").Room, cursor: import("./cursors.js").Cursor,
 *   marks: [number, Record<Mark, number>][]}} StoredRoom
 * @typedef {{id: number, version: Version, kept: import("./timeline.js").Kept}} StoredMessages
 */

/** @type {Record<string, string>} */
const VERSION = { membership: "number", cleared: "string", change: "number", last: "number" };
/** @type {Record<string, string>} */
const POINT = { id: "number", sequence: "number" };
/** @type {Record<string, string>} */
const MESSAGE = {
  ...POINT, conversation: "number", sender: "number", version: "number", text: "string", created_at: "string",
};
/** @type {Record<string, string>} */
const ROOM = {
  id: "number", name: "string", type: "string", members_count: "number", changes: "number", updated_at: "string",
  unread: "number",
};

/** @param {any} entry @returns {entry is StoredRoom} */
export function isRoom(entry) {
  return has(entry, { id: "number" }) && has(entry.version, VERSION) && has(entry.cursor, { membership: "number" })
    && has(entry.cursor.last, POINT) && has(entry.room, ROOM) && entry.room.id === entry.id
    && [entry.room.members, entry.room.admins, entry.marks].every(Array.isArray) && has(entry.room.only_admins, {})
    && (entry.room.last_message === null || isMessage(entry.room.last_message))
    && entry.marks.every((/** @type {any} */ mark) =>
      Array.isArray(mark) && has(mark[1], { delivered: "number", read: "number" }));
}

/** @param {any} entry @returns {entry is StoredMessages} */
export function isMessages(entry) {
  return has(entry, { id: "number" }) && has(entry.version, VERSION) && has(entry.kept, { hasOlder: "boolean" })
    && (entry.kept.settled === null || has(entry.kept.settled, POINT))
    && Array.isArray(entry.kept.messages) && entry.kept.messages.every(isMessage);
}

/** @param {any} message */
function isMessage(message) {
  return has(message, MESSAGE) && [message.receivers, message.mentions].every(Array.isArray);
}

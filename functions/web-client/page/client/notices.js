// The lines between the messages of a room: members who came and went, and settings that changed, while the page was
// open. The server keeps no such lines, so that a reload loses them.

import { roleOf } from "./rights.js";

/**
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {{what: "joined" | "invited", user: number} | {what: "left", user: number, by?: number}} Stay
 * @typedef {Stay | {what: import("./rooms.js").Role, user: number} | {what: "named", name: string}
 *   | {what: "settings", text: string}} Happening
 * @typedef {Happening & {key: string, after: number, at: string}} Notice
 * `after` is the id of the last message before it.
 */

/** The most lines of a room. Those of a large room would grow all day. */
const MOST = 200;
const STAYS = ["joined", "invited", "left"];

export class Notices {
  /** @type {Map<number, Notice[]>} */
  #notices = new Map();
  #count = 0;

  /** @param {number} room */
  of(room) {
    return this.#notices.get(room) ?? [];
  }

  /**
   * Adds a line for a user who came or went, unless the last such line of the user says the same, because the server
   * may push an event twice.
   * @param {Room | undefined} room
   * @param {Stay} happening
   */
  add(room, happening) {
    if (room && this.#last(room.id, happening.user)?.what !== happening.what) this.#push(room, happening);
  }

  /**
   * Adds a line for each difference between a room before and after a change.
   * @param {Room | undefined} before
   * @param {Room | undefined} after
   */
  changed(before, after) {
    if (!before || !after) return;
    const isGone = (/** @type {number} */ user) => this.#last(after.id, user)?.what === "left";
    for (const happening of differences(before, after, isGone)) this.#push(after, happening);
  }

  /** @param {number} room */
  forget(room) {
    this.#notices.delete(room);
  }

  /**
   * Returns the last line that says that a user came or went.
   * @param {number} room
   * @param {number} user
   */
  #last(room, user) {
    return this.of(room).findLast((notice) => STAYS.includes(notice.what) && "user" in notice && notice.user === user);
  }

  /**
   * @param {Room} room
   * @param {Happening} happening
   */
  #push({ id, last_message }, happening) {
    this.#count += 1;
    const place = { key: `notice ${this.#count}`, after: last_message?.id ?? 0, at: new Date().toISOString() };
    this.#notices.set(id, [...this.of(id), { ...happening, ...place }].slice(-MOST));
  }
}

/**
 * @param {Happening} notice
 * @param {(user: number) => string} nameOf
 * @param {number} me
 * @returns {string} such as "ann was removed by bob"
 */
export function line(notice, nameOf, me) {
  if (notice.what === "named") return `The name is now ${notice.name}`;
  if (notice.what === "settings") return notice.text;
  const { what, user } = notice;
  const name = user === me ? "You" : nameOf(user);
  const [is, was] = user === me ? ["are", "were"] : ["is", "was"];
  switch (what) {
    case "joined":
      return `${name} joined`;
    case "invited":
      return `${name} ${was} invited`;
    case "left":
      if (notice.by === undefined) return `${name} left`;
      return notice.by === me ? `You removed ${name}` : `${name} ${was} removed by ${nameOf(notice.by)}`;
    case "owner":
      return `${name} ${is} now the owner`;
    case "admin":
      return `${name} ${is} now an admin`;
    default:
      return `${name} ${is} no longer an admin`;
  }
}

const RIGHTS = { send: "send messages", edit: "change name, description and picture", add: "add members" };

/**
 * @param {Room} before
 * @param {Room} after
 * @param {(user: number) => boolean} isGone whether a user has left
 * @returns {Happening[]}
 */
function differences(before, after, isGone) {
  /** @type {Happening[]} */
  const found = [];
  const settings = (/** @type {boolean} */ differs, /** @type {string} */ text) =>
    differs && found.push({ what: "settings", text });
  if (before.name !== after.name) found.push({ what: "named", name: after.name });
  settings(before.description !== after.description, "The description was changed");
  settings(before.picture?.id !== after.picture?.id, `The picture was ${after.picture ? "changed" : "removed"}`);
  settings(before.access !== after.access, after.access === "open"
    ? "Everybody who knows the room number can join now" : "Only invited people can join now");
  settings(before.history !== after.history, after.history === "all"
    ? "New members now see earlier messages" : "New members no longer see earlier messages");
  for (const right of /** @type {const} */ (["send", "edit", "add"])) {
    const only = after.only_admins[right];
    settings(before.only_admins[right] !== only, `${only ? "Only admins" : "All members"} can ${RIGHTS[right]} now`);
  }
  if (after.owner !== null && before.owner !== after.owner) found.push({ what: "owner", user: after.owner });
  for (const user of new Set([...before.admins, ...after.admins])) {
    // The line about the owner, or that about the end of the stay, says enough.
    if (user === before.owner || user === after.owner || isGone(user)) continue;
    const role = roleOf(after, user);
    if (role !== roleOf(before, user)) found.push({ what: role, user });
  }
  return found;
}

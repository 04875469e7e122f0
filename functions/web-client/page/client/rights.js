// What the user may do in a room, by their role. Pure. The server decides; this hides what it would refuse.

/**
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {import("./rooms.js").Role} Role
 * @typedef {"admin" | "member" | "owner" | "remove" | "ban"} Action
 * The first three set the role of a member.
 * @typedef {"reply" | "react" | "forward" | "copy" | "edit" | "info" | "delete for everyone" | "delete for me"} MessageAction
 */

/** The most members of a room in which every member can mention all. */
const SMALL_ROOM = 32;

/**
 * @param {import("./rooms.js").BareRoom} room
 * @param {number} user
 * @returns {Role}
 */
export function roleOf({ owner, admins }, user) {
  return user === owner ? "owner" : admins.includes(user) ? "admin" : "member";
}

/**
 * @param {Room} room
 * @param {number} me
 */
export function rightsIn(room, me) {
  const isOwner = room.owner === me;
  const manages = isOwner || room.admins.includes(me);
  const { send, edit, add } = room.only_admins;
  return { isOwner, manages, sends: manages || !send, edits: manages || !edit, adds: manages || !add };
}

/**
 * Returns the actions that the user may take on a member.
 * @param {Room} room
 * @param {number} me
 * @param {number} user
 * @returns {Action[]}
 */
export function actionsOn(room, me, user) {
  const { isOwner, manages } = rightsIn(room, me);
  const role = roleOf(room, user);
  if (!manages || role === "owner") return [];
  /** @type {Action[]} */
  const actions = [role === "admin" ? "member" : "admin"];
  if (isOwner) actions.push("owner");
  return user === me ? actions : [...actions, "remove", "ban"];
}

const MINUTE = 60_000;
/** Milliseconds. The server accepts an edit for five minutes more, because it may come late. */
const EDIT_WITHIN = 15 * MINUTE;
/** Milliseconds. */
const DELETE_WITHIN = 60 * 60 * MINUTE;

/**
 * Returns the actions that the user may take on a message.
 * @param {Room} room
 * @param {number} me
 * @param {Pick<import("./timeline.js").Message, "sender" | "text" | "created_at" | "deleted_at" | "forwarded">} message
 * @param {number} now in milliseconds
 * @returns {MessageAction[]}
 */
export function actionsOnMessage(room, me, { sender, text, created_at, deleted_at, forwarded }, now) {
  if (deleted_at) return ["delete for me"];
  const { manages, sends } = rightsIn(room, me);
  const age = now - Date.parse(created_at);
  const isMine = sender === me;
  /** @type {[MessageAction, boolean][]} */
  const all = [
    ["reply", sends],
    ["react", true],
    ["forward", true],
    ["copy", text !== ""],
    ["edit", isMine && sends && !forwarded && age < EDIT_WITHIN],
    ["info", isMine],
    ["delete for everyone", manages || (isMine && age < DELETE_WITHIN)],
    ["delete for me", true],
  ];
  return all.filter(([, allowed]) => allowed).map(([action]) => action);
}

/** Whether the user can mention all members with one word. @param {Room} room @param {number} me */
export function mentionsAll(room, me) {
  return room.type !== "direct" && (room.members_count <= SMALL_ROOM || rightsIn(room, me).manages);
}

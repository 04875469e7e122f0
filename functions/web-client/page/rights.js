// What the user may do in a room, by their role. Pure. The server decides; this hides what it would refuse.

/**
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {import("./rooms.js").Role} Role
 * @typedef {"admin" | "member" | "owner" | "remove" | "ban"} Action
 * The first three set the role of a member.
 */

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

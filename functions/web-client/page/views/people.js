// The people in a room who can be mentioned.

/**
 * Returns the members whose names are known, without the user: in a large room the fetched ones and those who have
 * written.
 * @param {import("../chat.js").Chat} chat
 * @param {number} id of the room
 * @returns {import("../mentions.js").Person[]}
 */
export function peopleIn(chat, id) {
  const { directory, rooms, me } = chat;
  const room = rooms.get(id);
  if (!room || room.type === "direct") return [];
  const senders = chat.timeline(id)?.messages.map(({ sender }) => sender) ?? [];
  const users = new Set([...directory.members(id).map(({ user }) => user), ...room.members, ...senders]);
  const isThere = (/** @type {number} */ user) => !rooms.isSmall(id) || room.members.includes(user);
  return [...users].filter((user) => user !== me && directory.knows(user) && isThere(user))
    .map((user) => ({ id: user, name: directory.name(user) }));
}

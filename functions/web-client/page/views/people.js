// The people in a room who can be mentioned.

import { mentionsAll } from "../client/rights.js";

/**
 * Returns the members whose names are known, without the user, and whether the user can mention all at once. In a large
 * room the names of the fetched members are known, and of those who have written.
 * @param {import("../client/chat.js").Chat} chat
 * @param {number | undefined} id of the room
 * @returns {{people: import("../client/mentions.js").Person[], all: boolean}}
 */
export function mentionable(chat, id) {
  const { directory, rooms, me } = chat;
  const room = id === undefined ? undefined : rooms.get(id);
  if (!room || room.type === "direct") return { people: [], all: false };
  const senders = chat.timeline(room.id)?.messages.map(({ sender }) => sender) ?? [];
  const users = new Set([...directory.members(room.id).map(({ user }) => user), ...room.members, ...senders]);
  const isThere = (/** @type {number} */ user) => !rooms.isSmall(room.id) || room.members.includes(user);
  const people = [...users].filter((user) => user !== me && directory.knows(user) && isThere(user))
    .map((user) => ({ id: user, name: directory.name(user) }));
  return { people, all: mentionsAll(room, me) };
}

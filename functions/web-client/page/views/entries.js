// The messages of a room as its rows show them: the sent ones and, after them, the unsent ones. Pure.

import { attachmentsOf, kindOf } from "../attachments.js";

/**
 * @typedef {import("../chat.js").Chat} Chat
 * @typedef {import("../timeline.js").Message} Message
 * @typedef {import("../outbox.js").Unsent} Unsent
 * @typedef {{key: string, text: string, user: number, at: string, sequence: number,
 *   state: () => import("./bubble.js").State | null, media: import("./media.js").Shown[], unsent?: Unsent}} Entry
 */

/**
 * @param {Chat} chat
 * @param {number} room
 * @param {Message[]} messages
 * @returns {Entry[]}
 */
export function entries(chat, room, messages) {
  /** The id of the user's last message with a `client_id`. @type {Map<string, number>} */
  const called = new Map();
  for (const { sender, client_id, id } of messages) if (sender === chat.me && client_id) called.set(client_id, id);
  const sent = messages.map((message) => {
    // The key of the unsent message, so that it keeps its bubble.
    const isLast = called.get(message.client_id ?? "") === message.id;
    return ofSent(chat, message, isLast ? `mine ${message.client_id}` : `id ${message.id}`);
  });
  const unsent = chat.outgoing.of(room).filter(({ client_id }) => !called.has(client_id));
  return [...sent, ...unsent.map((unsent) => ofUnsent(chat, unsent))];
}

/**
 * @param {Chat} chat
 * @param {Message} message
 * @param {string} key
 * @returns {Entry}
 */
function ofSent(chat, message, key) {
  return {
    key,
    text: message.text,
    user: message.sender,
    at: message.created_at,
    sequence: message.sequence,
    media: attachmentsOf(message).map(({ kind, attachment }) => ({
      kind, ...attachment, renew: () => void chat.renew(message),
    })),
    state: () => (message.sender !== chat.me ? null : chat.rooms.isReadByAll(message) ? "read" : "sent"),
  };
}

/**
 * @param {Chat} chat
 * @param {Unsent} unsent
 * @returns {Entry}
 */
function ofUnsent(chat, unsent) {
  return {
    key: `mine ${unsent.client_id}`,
    text: unsent.text,
    user: chat.me,
    at: new Date(unsent.at).toISOString(),
    sequence: 0,
    media: unsentMedia(chat, unsent),
    state: () => (unsent.refused ? "refused" : "sending"),
    unsent,
  };
}

/**
 * @param {Chat} chat
 * @param {Unsent} unsent
 * @returns {import("./media.js").Shown[]}
 */
function unsentMedia({ outgoing }, unsent) {
  const { file } = unsent;
  if (!file) return [];
  return [{
    kind: kindOf(file.type), name: file.name, size: file.size, refused: unsent.refused !== undefined,
    unkept: file.unkept === true, progress: outgoing.progress(unsent), file: () => outgoing.file(unsent),
    cancel: () => outgoing.discard(unsent),
  }];
}

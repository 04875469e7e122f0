// The messages of a room as its rows show them: the sent ones with the notices between them, and then the unsent ones.
// Pure.

import { attachmentsOf, kindOf } from "../client/attachments.js";
import { line } from "../client/notices.js";
import { contentOf, contentOfUnsent } from "./content.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/timeline.js").Message} Message
 * @typedef {import("../client/outbox.js").Unsent} Unsent
 * @typedef {{key: string, user: number, at: string, sequence: number, content: import("./content.js").Content,
 *   state: () => import("./bubble.js").State | null, media: import("./media.js").Shown[], message?: Message,
 *   unsent?: Unsent, notice?: undefined}} MessageEntry
 * @typedef {{key: string, at: string, notice: string}} NoticeEntry
 * @typedef {MessageEntry | NoticeEntry} Entry
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
  return [...withNotices(chat, room, messages, sent), ...unsent.map((unsent) => ofUnsent(chat, unsent))];
}

/**
 * Puts each notice below the message that was the last when it came. A notice from before the first loaded message
 * waits for its message.
 * @param {Chat} chat
 * @param {number} room
 * @param {Message[]} messages
 * @param {Entry[]} sent the entries of the messages
 */
function withNotices(chat, room, messages, sent) {
  const first = messages[0]?.id ?? 0;
  const notices = chat.notices.of(room).filter(({ after }) => after === 0 || after >= first);
  /** @type {Entry[]} */
  const all = [];
  let next = 0;
  messages.forEach(({ id }, place) => {
    for (; next < notices.length && notices[next].after < id; next += 1) all.push(ofNotice(chat, notices[next]));
    all.push(sent[place]);
  });
  return [...all, ...notices.slice(next).map((notice) => ofNotice(chat, notice))];
}

/**
 * @param {Chat} chat
 * @param {import("../client/notices.js").Notice} notice
 * @returns {Entry}
 */
function ofNotice({ directory, me }, notice) {
  return { key: notice.key, at: notice.at, notice: line(notice, (user) => directory.name(user), me) };
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
    message,
    content: contentOf(chat, message),
    user: message.sender,
    at: message.created_at,
    sequence: message.sequence,
    media: attachmentsOf(message).map(({ kind, attachment }) => ({
      kind, ...attachment, renew: () => void chat.renew(message),
    })),
    state: () => (message.sender === chat.me ? chat.receipts.state(message) : null),
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
    content: contentOfUnsent(chat, unsent),
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

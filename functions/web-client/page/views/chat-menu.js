// The menu of a chat: its settings, which only the user sees.

import { el } from "../dom.js";
import { isMuted } from "../client/rooms.js";
import { openMenu } from "./menu.js";
import { modal, telling } from "./modal.js";

const HOUR = 3_600_000;
/** The last time that the server can write. */
const ALWAYS = "9999-12-31T23:59:59.999Z";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {object} Means
 * @property {HTMLElement} host
 * @property {() => void} [onunread] called before the chat is marked as unread, because an open one is read
 */

/**
 * @param {Chat} chat
 * @param {number} id
 * @param {DOMRect} place
 * @param {Means} means
 */
export function chatMenu(chat, id, place, { host, onunread }) {
  const room = chat.rooms.get(id);
  if (!room) return;
  const change = (/** @type {import("../client/chats.js").Change} */ settings) =>
    void chat.tell(() => chat.chats.change(id, settings));
  const mute = (/** @type {number} */ hours) =>
    change({ muted_until: new Date(Date.now() + hours * HOUR).toISOString() });
  const isUnread = room.unread > 0 || room.marked_unread;
  const last = room.last_message;
  /** @type {import("./menu.js").Item[]} */
  const muting = isMuted(room, Date.now())
    ? [{ label: "Unmute", sign: "mute", act: () => change({ muted_until: null }) }]
    : [
      { label: "Mute for 8 hours", sign: "mute", act: () => mute(8) },
      { label: "Mute for a week", sign: "mute", act: () => mute(7 * 24) },
      { label: "Mute always", sign: "mute", act: () => change({ muted_until: ALWAYS }) },
    ];
  const read = () => {
    if (room.marked_unread) change({ marked_unread: false });
    if (room.unread > 0 && last) void chat.tell(() => chat.reading.read(id, last.id));
  };
  const unread = () => {
    onunread?.();
    change({ marked_unread: true });
  };
  openMenu(host, "Chat menu", [
    { label: room.pinned ? "Unpin" : "Pin", sign: "pin", act: () => change({ pinned: !room.pinned }) },
    ...muting,
    { label: isUnread ? "Mark as read" : "Mark as unread", sign: "unread", act: isUnread ? read : unread },
    { label: room.archived ? "Unarchive" : "Archive", sign: "archive", act: () => change({ archived: !room.archived }) },
    { label: "Clear chat", sign: "remove", act: () => clear(chat, id) },
  ], place);
}

/**
 * Asks whether to clear a chat.
 * @param {Chat} chat
 * @param {number} id
 */
function clear(chat, id) {
  const dialog = modal("Clear this chat?");
  const problem = el("p", { class: "problem", role: "alert" });
  const button = el("button", {
    class: "danger", type: "button", onclick: () => telling(problem, async () => {
      await chat.chats.change(id, { cleared: true });
      dialog.close();
    }),
  }, "Clear chat");
  dialog.append(
    el("p", { class: "hint" }, "All messages so far disappear on all your devices. The others keep them."), problem, button);
  dialog.showModal();
}

// The menu of a message.

import { QUICK, own } from "../client/reactions.js";
import { actionsOnMessage } from "../client/rights.js";
import { deleteMessage } from "./deletion.js";
import { forwardMessage } from "./forward.js";
import { onGone } from "./gone.js";
import { openMenu } from "./menu.js";
import { messageInfo } from "./message-info.js";
import { react } from "./reactions.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/timeline.js").Message} Message
 * @typedef {object} Means
 * @property {HTMLElement} host
 * @property {(message: Message) => void} onreply
 * @property {(message: Message) => void} onedit
 * @property {(dialog: HTMLDialogElement) => void} ondialog
 */

/**
 * @param {Chat} chat
 * @param {Message} message
 * @param {DOMRect} place
 * @param {Means} means
 */
export function messageMenu(chat, message, place, { host, onreply, onedit, ondialog }) {
  const room = chat.rooms.get(message.conversation);
  if (!room) return;
  const actions = new Set(actionsOnMessage(room, chat.me, message, Date.now()));
  // A blocked person gets no answers.
  if (chat.privacy.blocks(room.type === "direct" ? chat.directory.other(room) : undefined)) actions.delete("reply");
  const mine = own(message.reactions ?? []);
  const reactions = QUICK.map((emoji) => ({
    label: `React with ${emoji}`, text: emoji, short: true, checked: mine === emoji,
    act: () => void chat.tell(() => chat.revisions.react(message, mine === emoji ? null : emoji)),
  }));
  // It may be edited while the menu is open.
  const latest = () => chat.timeline(message.conversation)?.get(message.id) ?? message;
  const canDelete = actions.has("delete for everyone") || actions.has("delete for me");
  /** @type {[boolean, import("./menu.js").Item[]][]} */
  const items = [
    [actions.has("react"), [...reactions, {
      label: "Another reaction", text: "+", short: true, act: () => ondialog(react(chat, message)),
    }]],
    [actions.has("reply"), [{ label: "Reply", sign: "reply", act: () => onreply(message) }]],
    [actions.has("edit"), [{ label: "Edit", sign: "edit", act: () => onedit(latest()) }]],
    [actions.has("forward"), [{
      label: "Forward", sign: "forward", act: () => ondialog(forwardMessage(chat, message)),
    }]],
    [actions.has("copy"), [{
      label: "Copy text", sign: "copy", act: () => void navigator.clipboard?.writeText(latest().text),
    }]],
    [actions.has("info"), [{ label: "Info", sign: "info", act: () => ondialog(messageInfo(chat, message)) }]],
    [canDelete, [{ label: "Delete", sign: "remove", act: () => ondialog(deleteMessage(chat, message)) }]],
  ];
  const { close, signal } = openMenu(
    host, "Message menu", items.flatMap(([isAllowed, some]) => (isAllowed ? some : [])), place);
  onGone(chat, message, close, signal);
}

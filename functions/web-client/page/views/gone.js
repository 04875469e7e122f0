// Closes menus and dialogs about a message that is deleted.

import { modal } from "./modal.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/timeline.js").Message} Message
 */

/**
 * @param {Chat} chat
 * @param {Pick<Message, "id">} message
 * @param {() => void} act
 * @param {AbortSignal} signal ends the watch
 */
export function onGone(chat, { id }, act, signal) {
  chat.addEventListener("gone", (event) => {
    if (/** @type {CustomEvent<Message>} */ (event).detail.id === id) act();
  }, { signal });
}

/**
 * Makes a dialog that closes when its message is deleted.
 * @param {Chat} chat
 * @param {Message} message
 * @param {string} title
 * @returns {{dialog: HTMLDialogElement, signal: AbortSignal}} `signal` is aborted when the dialog is closed
 */
export function messageDialog(chat, message, title) {
  const dialog = modal(title);
  const controller = new AbortController();
  dialog.addEventListener("close", () => controller.abort());
  onGone(chat, message, () => dialog.close(), controller.signal);
  return { dialog, signal: controller.signal };
}

// The dialog of a direct room: the person, blocking them, and hiding the chat.

import { el, setText } from "../dom.js";
import { modal, telling } from "./modal.js";
import { sureButton } from "./sure.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 */

/**
 * @param {Chat} chat
 * @param {import("../client/rooms.js").Room} room
 */
export function aboutPerson(chat, room) {
  const title = chat.directory.title(room);
  const dialog = modal(title);
  dialog.classList.add("drawer");
  const problem = el("p", { class: "problem", role: "alert" });
  const tell = (/** @type {() => Promise<void>} */ task) => telling(problem, task);
  const hide = el("button", {
    class: "danger", type: "button", onclick: () => tell(async () => {
      await chat.directs.hide(room.id);
      dialog.close();
    }),
  }, "Hide chat");
  dialog.append(
    ...(room.peer && !chat.directory.isNotes(room) ? blocking(chat, room.peer, dialog, tell)
      : [el("p", { class: "hint" }, "Only you see what you write here.")]),
    problem,
    hide,
    el("p", { class: "hint" }, "A hidden chat comes back with its next message, or when you open it by name."),
  );
  dialog.showModal();
}

/**
 * Returns the part that blocks a person, or lifts the block.
 * @param {Chat} chat
 * @param {import("../client/api.js").User} peer
 * @param {HTMLDialogElement} dialog
 * @param {(task: () => Promise<void>) => Promise<void>} tell
 */
function blocking(chat, peer, dialog, tell) {
  const state = el("p", { class: "hint" });
  const render = () => {
    const isBlocked = chat.privacy.blocks(peer.id);
    block.hidden = isBlocked;
    unblock.hidden = !isBlocked;
    setText(state, isBlocked
      ? "Messages that this person sends meanwhile stay hidden, also after unblocking."
      : "A blocked person cannot write to you, invite you, or see that you are online, and does not learn of the "
        + "block. Common groups stay as they are.");
  };
  // The button that was pressed goes, so the focus moves to the other one.
  const change = (/** @type {() => Promise<void>} */ task, /** @type {() => HTMLElement} */ next) => tell(async () => {
    await task();
    render();
    next().focus();
  });
  const block = sureButton(`Block ${peer.username}`, `Block ${peer.username}?`, "refused",
    () => change(() => chat.privacy.block(peer), () => unblock));
  const unblock = el("button", {
    class: "link", type: "button", onclick: () => change(() => chat.privacy.unblock(peer.id), () => block),
  }, `Unblock ${peer.username}`);
  chat.addEventListener("change", render);
  dialog.addEventListener("close", () => chat.removeEventListener("change", render));
  render();
  return [block, unblock, state];
}

// The dialog that deletes a message.

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { actionsOnMessage } from "../client/rights.js";
import { messageDialog } from "./gone.js";
import { telling } from "./modal.js";

/**
 * @param {import("../client/chat.js").Chat} chat
 * @param {import("../client/timeline.js").Message} message
 */
export function deleteMessage(chat, message) {
  const { dialog } = messageDialog(chat, message, "Delete message?");
  const problem = el("p", { class: "problem", role: "alert" });
  const room = chat.rooms.get(message.conversation);
  const actions = room ? actionsOnMessage(room, chat.me, message, Date.now()) : [];
  const button = (/** @type {"everyone" | "me"} */ audience, /** @type {string} */ label) => el("button", {
    class: "danger", type: "button", hidden: !actions.includes(`delete for ${audience}`),
    onclick: () => telling(problem, async () => {
      await chat.revisions.delete(message, audience);
      dialog.close();
    }),
  }, icon("remove"), label);
  dialog.append(
    el("div", { class: "choices" }, button("everyone", "Delete for everyone"), button("me", "Delete for me")),
    problem,
    el("div", { class: "buttons" },
      el("button", { class: "link", type: "button", onclick: () => dialog.close() }, "Cancel")),
  );
  dialog.showModal();
  return dialog;
}

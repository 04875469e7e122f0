// The dialog that shows the room of an invite link, and joins it.

import { Failure } from "../client/call.js";
import { el, setText } from "../dom.js";
import { membersCount } from "../client/text.js";
import { Face } from "./face.js";
import { modal, telling } from "./modal.js";

/**
 * @param {import("../client/chat.js").Chat} chat
 * @param {string} code
 * @param {{open: (room: number) => void, onclose: () => void}} means
 */
export function invitation(chat, code, { open, onclose }) {
  const dialog = modal("Invitation");
  const face = new Face();
  const name = el("h3", { dir: "auto" });
  const description = el("p", { dir: "auto" });
  const count = el("p", { class: "hint" });
  const room = el("div", { class: "about", hidden: true }, face.element, el("div", {}, name, description, count));
  const problem = el("p", { class: "problem", role: "alert" });
  const join = el("button", {
    class: "primary", type: "button", hidden: true, onclick: () => waiting(join, async () => {
      const id = await chat.membership.accept(code);
      dialog.close();
      open(id);
    }),
  }, "Join");
  const again = el("button", { class: "primary", type: "button", hidden: true, onclick: () => look() }, "Try again");

  /**
   * @param {HTMLButtonElement} button
   * @param {() => Promise<void>} task
   */
  async function waiting(button, task) {
    button.disabled = true;
    await telling(problem, task);
    button.disabled = false;
  }

  const look = () => waiting(again, async () => {
    try {
      const preview = await chat.membership.preview(code);
      face.update(preview.name, 0, preview.picture);
      setText(name, preview.name);
      setText(description, preview.description);
      setText(count, membersCount(preview.members_count));
      again.hidden = true;
      room.hidden = join.hidden = false;
      join.focus();
    } catch (failure) {
      again.hidden = !(failure instanceof Failure && failure.passes);
      throw failure;
    }
  });

  dialog.addEventListener("close", onclose);
  dialog.append(el("div", { class: "invitation" }, room, problem, join, again));
  dialog.showModal();
  void look();
}

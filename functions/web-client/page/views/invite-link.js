// The dialog with the invite link of a group.

import { el, setText } from "../dom.js";
import { linkOf } from "../invite.js";
import { modal, telling } from "./modal.js";
import { sureButton } from "./sure.js";

/**
 * @param {import("../client/chat.js").Chat} chat
 * @param {number} id of the room
 */
export function inviteLink(chat, id) {
  const dialog = modal("Invite link");
  const { administration } = chat;
  const problem = el("p", { class: "problem", role: "alert" });
  const told = el("p", { class: "done", role: "status" });
  const address = el("input", { id: "invite-link", readonly: true, onfocus: () => address.select() });
  const label = el("label", { for: "invite-link" }, "Everybody who has this link can join");
  const shown = el("div", { class: "field" }, label, address);
  const copy = el("button", {
    class: "primary", type: "button", onclick: async () => {
      setText(told, "");
      try {
        await navigator.clipboard.writeText(address.value);
        setText(told, "Copied.");
      } catch {
        // The browser may refuse; with the link selected, the user copies it.
        address.select();
        setText(told, "The link is selected: please copy it.");
      }
    },
  }, "Copy");
  const reset = (/** @type {boolean} */ enabled, /** @type {string} */ done) => telling(problem, async () => {
    setText(told, "");
    await administration.resetInvite(id, enabled);
    render();
    setText(told, done);
    if (enabled) address.focus();
  });
  const create = el("button", {
    class: "primary", type: "button", onclick: () => reset(true, ""),
  }, "Create a link");
  const again = sureButton("Make a new link", "End this link, and make a new one?", "link", () =>
    reset(true, "This is the new link. The earlier one is no longer valid."));
  const disable = sureButton("Turn the link off", "Let nobody join by a link?", "refused", () =>
    reset(false, "There is no valid link now."));
  const hint = el("p", { class: "hint" },
    "A link is shown only where it was created. A new link ends an earlier one, also that of another admin.");

  const render = () => {
    const code = administration.code(id);
    address.value = code === undefined ? "" : linkOf(code);
    for (const part of [shown, copy, again]) part.hidden = code === undefined;
    create.hidden = code !== undefined;
  };
  dialog.append(el("div", { class: "link-of-group" }, hint, shown, copy, create, problem, told,
    el("div", { class: "choices" }, again, disable)));
  render();
  dialog.showModal();
}

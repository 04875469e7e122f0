// The dialog of a member, with the actions that the user's role allows.

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { actionsOn } from "../client/rights.js";
import { modal, telling } from "./modal.js";
import { sureButton } from "./sure.js";

/**
 * @param {import("../client/chat.js").Chat} chat
 * @param {number} id of the room
 * @param {{user: number, username: string}} member
 */
export function memberActions(chat, id, { user, username }) {
  const dialog = modal(username);
  const problem = el("p", { class: "problem", role: "alert" });
  const { administration } = chat;
  const run = (/** @type {() => Promise<void>} */ task) => telling(problem, async () => {
    await task();
    dialog.close();
  });
  const role = (/** @type {import("../client/rooms.js").Role} */ role, /** @type {string} */ label) =>
    el("button", {
      class: "action", type: "button", onclick: () => run(() => administration.setRole(id, user, role)),
    }, icon("people"), label);
  const mine = user === chat.me;
  const buttons = {
    admin: role("admin", "Make admin"),
    member: role("member", mine ? "Stop being an admin" : "Dismiss as admin"),
    owner: sureButton("Make owner", `Hand the group over to ${username}?`, "people",
      () => run(() => administration.setRole(id, user, "owner"))),
    remove: sureButton("Remove from the group", `Remove ${username}?`, "leave",
      () => run(() => administration.remove(id, user))),
    ban: sureButton("Remove and ban", `Remove ${username}, who cannot come back?`, "refused",
      () => run(() => administration.remove(id, user, true))),
  };
  const render = () => {
    const room = chat.rooms.get(id);
    const isMember = chat.directory.members(id).some((member) => member.user === user);
    if (!room || !isMember) return dialog.close();
    const actions = actionsOn(room, chat.me, user);
    if (actions.length === 0) return dialog.close();
    for (const [name, button] of Object.entries(buttons)) {
      button.hidden = !actions.includes(/** @type {import("../client/rights.js").Action} */ (name));
    }
  };
  chat.addEventListener("change", render);
  dialog.addEventListener("close", () => chat.removeEventListener("change", render));
  dialog.append(el("div", { class: "choices" }, ...Object.values(buttons)), problem);
  render();
  dialog.showModal();
  return dialog;
}

// The dialog of the devices on which the user is logged in.

import { Failure } from "../client/call.js";
import { moment } from "../client/text.js";
import { el, setText } from "../dom.js";
import { modal, telling } from "./modal.js";
import { sureButton } from "./sure.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/api.js").ListedSession} ListedSession
 */

/** @param {Chat} chat */
export function devices(chat) {
  const dialog = modal("Devices");
  const problem = el("p", { class: "problem", role: "alert" });
  const state = el("p", { class: "hint", role: "status" }, "Loading…");
  const list = el("ul", { class: "members devices" });
  const load = () => telling(problem, async () => {
    const sessions = await chat.sessions();
    setText(state, "");
    list.replaceChildren(...sessions.map((session) => row(session)));
  });
  const row = (/** @type {ListedSession} */ session) => {
    const name = session.device ?? "Unknown device";
    const used = `Used ${moment(session.last_used_at)}, logged in ${moment(session.created_at)}`;
    const end = () => telling(problem, async () => {
      await chat.endSession(session.id).catch((failure) => {
        // It has ended by itself.
        if (!(failure instanceof Failure) || failure.code !== "session_not_found") throw failure;
      });
      await load();
      setText(state, `${name} is logged out.`);
      dialog.querySelector("button")?.focus();
    });
    return el("li", {},
      el("span", { class: "name" }, el("span", { dir: "auto" }, name),
        el("span", { class: "hint" }, session.current ? "This device" : used)),
      session.current ? null : sureButton(`Log out ${name}`, `Really log out ${name}?`, "leave", end));
  };
  dialog.append(list, state, problem);
  dialog.showModal();
  void load();
}

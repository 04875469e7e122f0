// The dialogs that begin a conversation, and that show its members.

import { el, setText } from "../dom.js";
import { icon } from "../icons.js";
import { avatar } from "./bubble.js";
import { choice, modal, telling } from "./modal.js";

/**
 * @typedef {import("../chat.js").Chat} Chat
 */

/**
 * @param {Chat} chat
 * @param {(room: number) => void} open
 */
export function newConversation(chat, open) {
  const dialog = modal("New conversation");
  const begin = async (/** @type {() => Promise<number>} */ task) => {
    const room = await task();
    dialog.close();
    open(room);
  };
  dialog.append(
    choice("Write to somebody", [["Their name", "person", { maxlength: 150 }]], "Start chat", ([person]) =>
      begin(() => chat.directs.open(person))),
    choice(
      "Make a group",
      [
        ["Name of the group", "group", { maxlength: 255 }],
        ["Members, separated by commas", "members", { required: false }],
      ],
      "Make group",
      ([name, members]) => begin(() => {
        const usernames = members.split(",").map((one) => one.trim()).filter(Boolean);
        return chat.membership.createGroup(name, usernames);
      }),
    ),
    choice(
      "Join with a number",
      [["Number of the room", "number", { inputmode: "numeric", pattern: "[0-9]+" }]],
      "Join",
      ([number]) => begin(async () => {
        await chat.membership.join(Number(number));
        return Number(number);
      }),
    ),
  );
  dialog.showModal();
}

/**
 * @param {Chat} chat
 * @param {import("../rooms.js").Room} room
 */
export function aboutRoom(chat, room) {
  const dialog = modal(chat.directory.title(room));
  dialog.classList.add("drawer");
  const members = el("ul", { class: "members" });
  const problem = el("p", { class: "problem", role: "alert" });
  const leave = el("button", { class: "danger", type: "button" }, icon("leave"), "Leave");
  const label = /** @type {Text} */ (leave.lastChild);
  let sure = false;
  leave.addEventListener("click", async () => {
    if (!sure) {
      sure = true;
      label.data = "Leave for good?";
      return;
    }
    await telling(problem, async () => {
      await chat.membership.leave(room.id);
      dialog.close();
    });
  });

  const render = () => {
    const known = chat.directory.members(room.id);
    members.replaceChildren(...known.map(({ user, username, online }) =>
      el("li", {}, avatar(username, user),
        el("span", { class: "name", dir: "auto" }, username, user === chat.me && " (you)"),
        el("span", { class: online ? "presence online" : "presence" }, online ? "online" : "offline"))));
    setText(count, known.length === 1 ? "1 member" : `${known.length} members`);
  };
  const count = el("h3");
  chat.addEventListener("change", render);
  dialog.addEventListener("close", () => chat.removeEventListener("change", render));
  dialog.append(
    el("p", {}, "Room number ", el("strong", {}, String(room.id))),
    el("p", { class: "hint" }, "Whoever knows it can join."),
    count,
    members,
    problem,
    leave,
  );
  render();
  dialog.showModal();
}

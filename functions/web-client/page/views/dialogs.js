// Dialogs: to begin a conversation, to see who is in one, and to see a picture whole.

import { Failure } from "../api.js";
import { el, set, setText } from "../dom.js";
import { icon } from "../icons.js";
import { avatar } from "./bubble.js";

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
      begin(() => chat.membership.startChat(person))),
    choice(
      "Make a group",
      [["Name of the group", "group", { maxlength: 255 }], ["Members, separated by commas", "members", { required: false }]],
      "Make group",
      ([name, members]) => begin(() => {
        const usernames = members.split(",").map((one) => one.trim()).filter(Boolean);
        return chat.membership.createGroup(name, usernames);
      }),
    ),
    choice("Join with a number", [["Number of the room", "number", { inputmode: "numeric", pattern: "[0-9]+" }]], "Join",
      ([number]) => begin(async () => {
        await chat.membership.join(Number(number));
        return Number(number);
      })),
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
      el("li", {}, avatar(username, user), el("span", { class: "name", dir: "auto" }, username, user === chat.me && " (you)"),
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

/**
 * A picture as it was sent.
 * @param {string} name
 * @param {() => void} onfail the link does not work
 */
export function lightbox(name, onfail) {
  const dialog = modal(name);
  dialog.classList.add("lightbox");
  const problem = el("p", { class: "problem", role: "alert" });
  const image = el("img", {
    alt: name, onload: () => setText(problem, ""), onerror: () => {
      setText(problem, "The picture cannot be loaded now.");
      onfail();
    },
  });
  const link = el("a", { target: "_blank", rel: "noopener noreferrer" }, "Open in a new tab");
  dialog.append(image, problem, link);
  dialog.showModal();
  return {
    /** @param {string} url */
    show(url) {
      set(image, "src", url);
      set(link, "href", url);
    },
  };
}

/** A dialog that is gone when it is closed. @param {string} title */
function modal(title) {
  const dialog = el(
    "dialog",
    { "aria-labelledby": "dialog-title" },
    el("header", {}, el("h2", { id: "dialog-title", dir: "auto" }, title),
      el("button", { class: "round", type: "button", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"))),
  );
  dialog.addEventListener("close", () => dialog.remove());
  // A click on the dialog itself is one beside its content.
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  document.body.append(dialog);
  return dialog;
}

/**
 * A small form.
 * @param {string} title
 * @param {[label: string, name: string, attributes: Record<string, unknown>][]} fields
 * @param {string} action
 * @param {(values: string[]) => Promise<void>} submit
 */
function choice(title, fields, action, submit) {
  const problem = el("p", { class: "problem", role: "alert" });
  const inputs = fields.map(([, name, attributes]) =>
    el("input", { id: `new-${name}`, name, required: true, autocomplete: "off", ...attributes }));
  const button = el("button", { class: "primary", type: "submit" }, action);
  return el(
    "form",
    {
      onsubmit: async (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        button.disabled = true;
        await telling(problem, () => submit(inputs.map(({ value }) => value.trim())));
        button.disabled = false;
      },
    },
    el("h3", {}, title),
    ...fields.map(([label, name], place) =>
      el("div", { class: "field" }, el("label", { for: `new-${name}` }, label), inputs[place])),
    problem,
    button,
  );
}

/**
 * Does what the user waits for, and says why it has failed.
 * @param {Element} problem
 * @param {() => Promise<void>} task
 */
async function telling(problem, task) {
  setText(problem, "");
  try {
    await task();
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    setText(problem, failure.message);
  }
}

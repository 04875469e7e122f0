// The dialogs that add people to a group, and that ban people.

import { el, setText } from "../dom.js";
import { namesIn } from "../client/text.js";
import { choice, modal, telling } from "./modal.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 */

/** The numbers of earlier messages that the server lets newcomers see. */
const EARLIER = [0, 25, 50, 75, 100];
/** The most people that one call adds. */
const MOST = 50;

/**
 * @param {Chat} chat
 * @param {number} id of the room
 */
export function newMembers(chat, id) {
  const dialog = modal("Add people");
  const history = el("select", { id: "earlier" }, ...EARLIER.map((count) =>
    el("option", { value: count }, count === 0 ? "None" : `The last ${count}`)));
  const results = el("ul", { class: "results" });
  const form = choice(
    "Who shall be in the group?",
    [["Names, separated by commas", "people", { maxlength: 8000 }]],
    "Add",
    async ([people]) => {
      const names = namesIn(people);
      results.replaceChildren();
      for (let start = 0; start < names.length; start += MOST) {
        const told = await chat.administration.add(id, names.slice(start, start + MOST), Number(history.value));
        results.append(...told.map((text) => el("li", { dir: "auto" }, text)));
      }
      form.reset();
    },
  );
  if (chat.rooms.get(id)?.history === "joined") {
    const label = el("label", { for: "earlier" }, "Earlier messages that they can see");
    form.querySelector(".problem")?.before(el("div", { class: "field" }, label, history));
  }
  dialog.append(form, el("div", { role: "status" }, results));
  dialog.showModal();
}

/**
 * @param {Chat} chat
 * @param {number} id of the room
 */
export function bans(chat, id) {
  const dialog = modal("Bans");
  const problem = el("p", { class: "problem", role: "alert" });
  const done = el("p", { class: "done", role: "status" });
  const name = el("input", { id: "banned", autocomplete: "off", required: true });
  const change = (/** @type {boolean} */ banned) => telling(problem, async () => {
    setText(done, "");
    const username = name.value.trim();
    await chat.administration.ban(id, username, banned);
    setText(done, banned ? `${username} is banned.` : `${username} can join again.`);
    name.value = "";
  });
  dialog.append(
    el("p", { class: "hint" }, "A banned person is removed, and cannot come back by any way."),
    el("form",
      {
        onsubmit: async (/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          const button = /** @type {HTMLButtonElement} */ (event.submitter);
          button.disabled = true;
          await change(button.value === "ban");
          button.disabled = false;
        },
      },
      el("div", { class: "field" }, el("label", { for: "banned" }, "Their name"), name),
      problem,
      done,
      el("div", { class: "buttons" },
        el("button", { class: "primary", type: "submit", value: "ban" }, "Ban"),
        el("button", { class: "link", type: "submit", value: "lift" }, "Lift the ban"))),
  );
  dialog.showModal();
}

// The dialog of settings: the people who may add the user to groups, the people whom the user has blocked, and the
// version of the server.

import { version } from "../client/api.js";
import { arrange, el } from "../dom.js";
import { avatar } from "./bubble.js";
import { choice, modal, telling } from "./modal.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/api.js").WhoCanAdd} WhoCanAdd
 */

/** @type {[WhoCanAdd, string, string][]} */
const CHOICES = [
  ["everyone", "Everyone", ""],
  ["contacts", "People to whom I have written", "Others can send an invitation."],
  ["nobody", "Nobody", "Everyone can send an invitation, and nobody new can write to me."],
];

/** @param {Chat} chat */
export function settings(chat) {
  const dialog = modal("Settings");
  dialog.append(whoCanAdd(chat), ...blockedPeople(chat, dialog), build());
  dialog.showModal();
}

/** The version, for those who report an error. Without an answer there is none to report. */
function build() {
  const line = el("p", { class: "hint" });
  version().then((id) => { line.textContent = `Version ${id}`; }, () => {});
  return line;
}

/** @param {Chat} chat */
function whoCanAdd(chat) {
  const problem = el("p", { class: "problem", role: "alert" });
  const state = el("p", { class: "hint", role: "status" });
  const change = (/** @type {WhoCanAdd} */ add) => telling(problem, async () => {
    state.textContent = "";
    try {
      check(await chat.privacy.whoCanAdd(add));
      state.textContent = "Saved.";
    } catch (failure) {
      check(saved);
      throw failure;
    }
  });
  const radios = CHOICES.map(([add]) =>
    el("input", {
      type: "radio", name: "add", value: add, id: `add-${add}`, disabled: true, onchange: () => change(add),
    }));
  /** The setting on the server. @type {WhoCanAdd | null} */
  let saved = null;
  const check = (/** @type {WhoCanAdd | null} */ add) => {
    saved = add;
    CHOICES.forEach(([choice], place) => {
      radios[place].checked = choice === add;
      radios[place].disabled = add === null;
    });
  };
  void telling(problem, async () => check(await chat.privacy.whoCanAdd()));
  return el("fieldset", {},
    el("legend", {}, "Who can add me to groups"),
    ...CHOICES.map(([add, label, hint], place) =>
      el("label", { class: "option", for: `add-${add}` }, radios[place],
        el("span", {}, label, hint !== "" && el("span", { class: "hint" }, hint)))),
    state,
    problem);
}

/**
 * @param {Chat} chat
 * @param {HTMLDialogElement} dialog
 */
function blockedPeople(chat, dialog) {
  const problem = el("p", { class: "problem", role: "alert" });
  const nobody = el("p", { class: "hint" }, "You have blocked nobody.");
  const list = el("ul", { class: "members" });
  const heading = el("h3", { tabindex: -1 }, "Blocked people");
  /** @type {Map<number, HTMLElement>} */
  let rows = new Map();
  const row = (/** @type {import("../client/api.js").Blocked} */ { user, username }) => {
    const unblock = () => telling(problem, async () => {
      await chat.privacy.unblock(user);
      heading.focus();
    });
    return el("li", {}, avatar(username, user), el("span", { class: "name", dir: "auto" }, username),
      el("button", { class: "link", type: "button", "aria-label": `Unblock ${username}`, onclick: unblock },
        "Unblock"));
  };
  const render = () => {
    const blocked = chat.privacy.blocked;
    rows = new Map(blocked.map((person) => [person.user, rows.get(person.user) ?? row(person)]));
    arrange(list, [...rows.values()]);
    nobody.hidden = blocked.length > 0;
  };
  chat.addEventListener("change", render);
  dialog.addEventListener("close", () => chat.removeEventListener("change", render));
  render();
  const block = choice("Block somebody", [["Name", "blocked", {}]], "Block", async ([name]) => {
    await chat.privacy.block(await chat.directory.find(name));
    /** @type {HTMLInputElement} */ (block.elements.namedItem("blocked")).value = "";
  });
  return [heading, nobody, list, problem, block];
}

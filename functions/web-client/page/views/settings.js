// The dialog of settings: privacy, the people whom the user has blocked, and the version of the server.

import { version } from "../client/api.js";
import { arrange, el } from "../dom.js";
import { avatar } from "./bubble.js";
import { devices } from "./devices.js";
import { choice, modal, telling } from "./modal.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/api.js").Circle} Circle
 * @typedef {import("../client/api.js").PrivacySettings} PrivacySettings
 */

const CONTACTS = "People to whom I have written";

/**
 * The settings that are a group of people: their names, their headings, and the words and hints of the choices.
 * @type {[keyof PrivacySettings, string, [Circle, string, string][]][]}
 */
const CIRCLES = [
  ["add", "Who can add me to groups", [
    ["everyone", "Everyone", ""],
    ["contacts", CONTACTS, "Others can send an invitation."],
    ["nobody", "Nobody", "Everyone can send an invitation, and nobody new can write to me."],
  ]],
  ["online", "Who sees that I am online", [
    ["everyone", "Everyone", ""],
    ["contacts", CONTACTS, "I see it of those who see it of me."],
    ["nobody", "Nobody", "I see it of nobody either."],
  ]],
  ["last_seen", "Who sees when I was last seen", [
    ["everyone", "Everyone", ""],
    ["contacts", CONTACTS, "I see it of those who see it of me."],
    ["nobody", "Nobody", "I see it of nobody either."],
  ]],
];

/** @param {Chat} chat */
export function settings(chat) {
  const dialog = modal("Settings");
  const open = el("button", { class: "link", type: "button", onclick: () => devices(chat) }, "Devices that are logged in");
  dialog.append(...privacy(chat), ...blockedPeople(chat, dialog), open, build());
  dialog.showModal();
}

/** The version, for those who report an error. Without an answer there is none to report. */
function build() {
  const line = el("p", { class: "hint" });
  version().then((id) => { line.textContent = `Version ${id}`; }, () => {});
  return line;
}

/**
 * Returns the settings of privacy. They can be chosen once they are known.
 * @param {Chat} chat
 */
function privacy(chat) {
  const problem = el("p", { class: "problem", role: "alert" });
  const parts = [...CIRCLES.map((circle) => circleOf(chat, ...circle)), receipts(chat)];
  const show = (/** @type {PrivacySettings} */ settings) => parts.forEach((part) => part.show(settings));
  void telling(problem, async () => show(await chat.privacy.set()));
  return [...parts.map((part) => part.element), problem];
}

/**
 * Returns a function that saves a setting and says so, and what it says.
 * @param {Chat} chat
 * @param {(settings: PrivacySettings) => void} show shows the settings on the server
 */
function saving(chat, show) {
  const problem = el("p", { class: "problem", role: "alert" });
  const state = el("p", { class: "hint", role: "status" });
  /** The settings on the server. @type {PrivacySettings | undefined} */
  let saved;
  const shown = (/** @type {PrivacySettings} */ settings) => {
    saved = settings;
    show(settings);
  };
  const save = (/** @type {Partial<PrivacySettings>} */ changes) => telling(problem, async () => {
    state.textContent = "";
    try {
      shown(await chat.privacy.set(changes));
      state.textContent = "Saved.";
    } catch (failure) {
      if (saved) show(saved);
      throw failure;
    }
  });
  return { save, show: shown, said: [state, problem] };
}

/**
 * @param {Chat} chat
 * @param {keyof PrivacySettings} name
 * @param {string} heading
 * @param {[Circle, string, string][]} choices
 */
function circleOf(chat, name, heading, choices) {
  const { save, show, said } = saving(chat, (settings) => {
    for (const radio of radios) {
      radio.checked = radio.value === settings[name];
      radio.disabled = false;
    }
  });
  const radios = choices.map(([who]) =>
    el("input", {
      type: "radio", name, value: who, id: `${name}-${who}`, disabled: true, onchange: () => save({ [name]: who }),
    }));
  const options = choices.map(([who, label, hint], place) =>
    el("label", { class: "option", for: `${name}-${who}` }, radios[place],
      el("span", {}, label, hint !== "" && el("span", { class: "hint" }, hint))));
  return { element: el("fieldset", {}, el("legend", {}, heading), ...options, ...said), show };
}

/** @param {Chat} chat */
function receipts(chat) {
  const { save, show, said } = saving(chat, (settings) => {
    box.checked = settings.receipts;
    box.disabled = false;
  });
  const box = el("input", {
    type: "checkbox", id: "receipts", disabled: true, onchange: () => save({ receipts: box.checked }),
  });
  return {
    element: el("fieldset", {}, el("legend", {}, "Read receipts"),
      el("label", { class: "option", for: "receipts" }, box,
        el("span", {}, "Show in chats what I have read",
          el("span", { class: "hint" }, "Without it I do not see it of others. Groups always show it."))),
      ...said),
    show,
  };
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

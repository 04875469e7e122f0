// The dialog with the settings of a group: name, description and picture; for admins also access and rights.

import { TYPES, kindOf, tooLarge } from "../client/attachments.js";
import { el, setText } from "../dom.js";
import { rightsIn } from "../client/rights.js";
import { sendable } from "../client/text.js";
import { Face } from "./face.js";
import { modal, telling } from "./modal.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/rooms.js").Room} Room
 * @typedef {import("../client/api.js").Settings} Settings
 */

const RIGHTS = /** @type {const} */ ([
  ["send", "Only admins can send messages"],
  ["edit", "Only admins can change name, description and picture"],
  ["add", "Only admins can add people"],
]);

/**
 * @param {Chat} chat
 * @param {number} id of the room
 */
export function groupSettings(chat, id) {
  const before = chat.rooms.get(id);
  if (!before) return;
  const { manages, edits } = rightsIn(before, chat.me);
  const dialog = modal("Group settings");
  const name = el("input", { id: "room-name", required: true, autocomplete: "off", dir: "auto" });
  const description = el("textarea", { id: "room-description", rows: 3, dir: "auto" });
  name.value = before.name;
  description.value = before.description;
  const picture = new PictureField(before);
  const access = selection("access", before.access, [
    ["invite", "Invited people"], ["open", "Everybody who knows the room number"]]);
  const history = selection("history", before.history, [["joined", "Messages sent after they join"], ["all", "All messages"]]);
  const checks = RIGHTS.map(([right, label]) => {
    const box = el("input", { id: `only-${right}`, type: "checkbox" });
    box.checked = before.only_admins[right];
    return { right, box, element: el("div", { class: "check" }, box, el("label", { for: box.id }, label)) };
  });
  const problem = el("p", { class: "problem", role: "alert" });
  const status = el("p", { class: "done", role: "status" });
  const button = el("button", { class: "primary", type: "submit" }, "Save");

  /** @returns {Settings} the settings that differ */
  const changes = () => {
    /** @type {Settings} */
    const settings = {};
    const title = sendable(name.value);
    const about = sendable(description.value);
    if (title !== before.name) settings.name = title;
    if (about !== before.description) settings.description = about;
    if (picture.removed) settings.remove_picture = true;
    if (access.value !== before.access) settings.access = /** @type {Room["access"]} */ (access.value);
    if (history.value !== before.history) settings.history = /** @type {Room["history"]} */ (history.value);
    const rights = checks.filter(({ right, box }) => box.checked !== before.only_admins[right]);
    if (rights.length > 0) {
      settings.only_admins = Object.fromEntries(rights.map(({ right, box }) => [right, box.checked]));
    }
    return settings;
  };
  const save = () => telling(problem, async () => {
    const { chosen } = picture;
    await picture.measured;
    // It was too large.
    if (picture.chosen !== chosen) return;
    const settings = changes();
    if (chosen) setText(status, "Saving. The picture is being uploaded and checked.");
    try {
      if (chosen || Object.keys(settings).length > 0) await chat.administration.set(id, settings, chosen);
    } finally {
      setText(status, "");
    }
    dialog.close();
  });

  const form = el("form",
    {
      class: "settings",
      onsubmit: async (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        button.disabled = true;
        await save();
        button.disabled = false;
      },
    });
  if (edits) {
    form.append(picture.element, field("Name", name), field("Description", description));
  }
  if (manages) {
    form.append(field("Who can join", access), field("New members see", history),
      el("fieldset", {}, el("legend", {}, "Rights"), ...checks.map(({ element }) => element)));
  }
  form.append(problem, status, button);
  dialog.append(form);
  dialog.addEventListener("close", () => picture.end());
  dialog.showModal();
}

/** The picture, with buttons that replace and remove it. */
class PictureField {
  element;
  /** @type {File | undefined} */
  chosen;
  removed = false;
  /** Ends when the chosen picture is known to fit, or is not chosen any more. */
  measured = Promise.resolve();
  #before;
  #face = new Face();
  #remove;
  #problem = el("p", { class: "problem", role: "alert" });
  #address = "";

  /** @param {Room} before */
  constructor(before) {
    this.#before = before;
    const chooser = el("input", {
      type: "file", accept: TYPES.filter((type) => kindOf(type) === "picture").join(), hidden: true,
      "aria-label": "Picture of the group", onchange: () => {
        const [file] = chooser.files ?? [];
        if (file) this.#choose(file);
        chooser.value = "";
      },
    });
    const remove = () => this.#removePicture();
    this.#remove = el("button", { class: "link", type: "button", onclick: remove }, "Remove picture");
    const choose = el("button", { class: "link", type: "button", onclick: () => chooser.click() }, "Choose a picture");
    this.element = el("div", { class: "about" }, this.#face.element,
      el("div", {}, chooser, choose, this.#remove, this.#problem));
    this.#show();
  }

  end() {
    if (this.#address) URL.revokeObjectURL(this.#address);
  }

  /** @param {File} file */
  #choose(file) {
    const isPicture = file.type.startsWith("image/");
    setText(this.#problem, isPicture ? "" : `${file.name} is not a picture.`);
    if (!isPicture) return;
    this.end();
    this.#address = URL.createObjectURL(file);
    this.chosen = file;
    this.removed = false;
    this.#show();
    this.measured = this.#measure(file, this.#address);
  }

  /**
   * @param {File} file
   * @param {string} src
   */
  async #measure(file, src) {
    const picture = el("img");
    await new Promise((done) => {
      // The server refuses what the browser cannot read, and says why.
      picture.onload = picture.onerror = done;
      picture.src = src;
    });
    const why = tooLarge(file.name, picture);
    if (!why || this.chosen !== file) return;
    setText(this.#problem, why);
    this.chosen = undefined;
    this.#show();
  }

  #removePicture() {
    this.chosen = undefined;
    this.removed = this.#before.picture !== null;
    this.#show();
  }

  #show() {
    const { id, name, picture } = this.#before;
    const kept = this.removed ? null : picture;
    this.#face.update(name, -id, this.chosen ? { id: this.#address, url: this.#address } : kept);
    this.#remove.hidden = !this.chosen && !kept;
  }
}

/**
 * @param {string} name
 * @param {string} value
 * @param {[string, string][]} options
 */
function selection(name, value, options) {
  const choices = options.map(([value, label]) => el("option", { value }, label));
  const select = el("select", { id: `room-${name}` }, ...choices);
  select.value = value;
  return select;
}

/**
 * @param {string} label
 * @param {HTMLElement} input
 */
function field(label, input) {
  return el("div", { class: "field" }, el("label", { for: input.id }, label), input);
}

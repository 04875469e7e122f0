// The list of members that completes `@` and the first letters of a name. The focus stays in the field.

import { el, set, setText } from "../dom.js";
import { ALL, fitting, typedName } from "../client/mentions.js";

/**
 * @typedef {import("../client/mentions.js").Person} Person
 */

/** The person who stands for all members. */
const EVERYBODY = { id: 0, name: ALL };

export class Completion {
  element = el("ul", { class: "completion", role: "listbox", id: "completion", "aria-label": "Members", hidden: true });
  status = el("p", { class: "unseen", role: "status" });
  #input;
  #people;
  /** @type {Person[]} */
  #offered = [];
  #chosen = 0;
  /** Where the `@` is. */
  #start = 0;
  /** Whether the user has closed it since the last key. */
  #dismissed = true;

  /**
   * @param {HTMLTextAreaElement} input
   * @param {() => {people: Person[], all: boolean}} people who can be mentioned
   */
  constructor(input, people) {
    this.#input = input;
    this.#people = people;
    set(input, "aria-autocomplete", "list");
    set(input, "aria-controls", this.element.id);
    input.addEventListener("blur", () => this.dismiss());
    input.addEventListener("selectionchange", () => this.#follow());
    // The field keeps the focus.
    this.element.addEventListener("pointerdown", (event) => event.preventDefault());
    this.element.addEventListener("click", ({ target }) => {
      const option = target instanceof Element && target.closest("li");
      if (option) this.#complete([...this.element.children].indexOf(option));
    });
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** Looks at the text that the user has typed before the caret. */
  update() {
    this.#dismissed = false;
    this.refresh();
  }

  /** Looks again, because more names may be known. */
  refresh() {
    if (this.#dismissed) return;
    const { value, selectionStart, selectionEnd } = this.#input;
    const found = selectionStart === selectionEnd ? typedName(value.slice(0, selectionStart)) : null;
    const { people, all } = this.#people();
    const before = this.#offered;
    // All members last, so that nobody mentions them by mistake.
    this.#offered = found ? [...fitting(people, found.typed), ...fitting(all ? [EVERYBODY] : [], found.typed)] : [];
    this.#start = found?.start ?? 0;
    if (this.#offered.length === 0) return this.#close();
    const isSame = this.#offered.every(({ name }, place) => name === before[place]?.name);
    if (this.isOpen && isSame && before.length === this.#offered.length) return;
    const count = this.#offered.length;
    setText(this.status, `${count} ${count === 1 ? "member" : "members"} to choose from, with the arrow keys.`);
    this.element.hidden = false;
    this.element.replaceChildren(...this.#offered.map(({ id, name }, place) =>
      el("li", { role: "option", id: `completion-${place}` }, el("span", { class: "name", dir: "auto" }, name),
        id === 0 && el("span", { class: "hint" }, "all members"))));
    this.#choose(0);
  }

  dismiss() {
    this.#dismissed = true;
    this.#close();
  }

  /** Looks again if the list is open, because the caret may have moved. */
  #follow() {
    if (this.isOpen) this.refresh();
  }

  #close() {
    if (!this.isOpen) return;
    this.element.hidden = true;
    this.element.replaceChildren();
    set(this.#input, "aria-activedescendant", null);
    setText(this.status, "");
  }

  /**
   * Takes a key that is pressed in the field.
   * @param {string} key
   * @returns {boolean} whether the key is used up
   */
  key(key) {
    this.#follow();
    if (!this.isOpen) return false;
    const count = this.#offered.length;
    if (key === "ArrowDown") this.#choose((this.#chosen + 1) % count);
    else if (key === "ArrowUp") this.#choose((this.#chosen - 1 + count) % count);
    else if (key === "Enter" || key === "Tab") this.#complete(this.#chosen);
    else if (key === "Escape") this.dismiss();
    else return false;
    return true;
  }

  /** @param {number} place */
  #choose(place) {
    this.#chosen = place;
    [...this.element.children].forEach((option, at) => set(option, "aria-selected", String(at === place)));
    const option = this.element.children[place];
    option?.scrollIntoView({ block: "nearest" });
    set(this.#input, "aria-activedescendant", option?.id);
  }

  /** @param {number} place */
  #complete(place) {
    const { name } = this.#offered[place];
    this.#input.setRangeText(`@${name} `, this.#start, this.#input.selectionStart, "end");
    this.#close();
    this.#input.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

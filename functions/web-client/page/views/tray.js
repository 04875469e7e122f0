// The files that are chosen and not sent yet, with name and size, and the reason why another file cannot be sent.

import { kindOf, problem, sizeOf, tooLarge, typeOf } from "../client/attachments.js";
import { el, setText } from "../dom.js";
import { icon } from "../icons.js";

export class Tray {
  element;
  #list = el("ul");
  #problem = el("p", { class: "problem", role: "alert" });
  #onchange;
  /** @type {File[]} */
  files = [];
  /** The object URLs of the files. @type {string[]} */
  #addresses = [];

  /** @param {() => void} onchange */
  constructor(onchange) {
    this.#onchange = onchange;
    this.element = el("div", { class: "tray" }, this.#problem, this.#list);
  }

  /** @param {Iterable<File>} chosen */
  add(chosen) {
    const problems = [];
    for (const file of chosen) {
      const why = problem(file);
      if (why) problems.push(why);
      else this.files = [...this.files, file];
    }
    this.show(this.files);
    setText(this.#problem, problems.join(" "));
    this.#onchange();
  }

  /** @param {File[]} files */
  show(files) {
    for (const address of this.#addresses) URL.revokeObjectURL(address);
    this.files = files;
    this.#addresses = files.map((file) => URL.createObjectURL(file));
    this.#list.replaceChildren(...files.map((file, place) => this.#item(file, this.#addresses[place])));
    setText(this.#problem, "");
  }

  /**
   * @param {File} file
   * @param {string} address
   */
  #item(file, address) {
    const remove = () => {
      this.show(this.files.filter((other) => other !== file));
      this.#onchange();
    };
    return el("li", {},
      kindOf(typeOf(file)) === "picture"
        ? el("img", {
          src: address, alt: "",
          onload: (/** @type {{currentTarget: HTMLImageElement}} */ { currentTarget }) =>
            this.#measured(file, currentTarget),
        })
        : el("video", { src: address, preload: "metadata", muted: true, "aria-hidden": "true", tabindex: -1 }),
      el("span", { class: "name", dir: "auto" }, file.name),
      el("span", { class: "hint" }, sizeOf(file.size)),
      el("button", { class: "round", type: "button", "aria-label": `Remove ${file.name}`, onclick: remove },
        icon("close")));
  }

  /**
   * @param {File} file
   * @param {HTMLImageElement} picture
   */
  #measured(file, picture) {
    const why = tooLarge(file.name, picture);
    if (!why || !this.files.includes(file)) return;
    const problems = [this.#problem.textContent, why];
    this.show(this.files.filter((other) => other !== file));
    setText(this.#problem, problems.join(" ").trim());
    this.#onchange();
  }
}

// Texts above the window that the user must not miss, each until it is closed.

import { el } from "../dom.js";
import { icon } from "../icons.js";

/** The most texts at a time. */
const MOST = 3;

export class News {
  #list = el("ul", { class: "news" });
  element = el("div", { role: "status", "aria-label": "News" }, this.#list);

  /** @param {string} text */
  add(text) {
    const close = () => {
      const next = item.nextElementSibling ?? item.previousElementSibling;
      item.remove();
      next?.querySelector("button")?.focus();
    };
    const item = el("li", {}, el("p", { dir: "auto" }, text),
      el("button", { class: "round", type: "button", "aria-label": `Close: ${text}`, onclick: close }, icon("close")));
    while (this.#list.childElementCount >= MOST) this.#list.firstElementChild?.remove();
    this.#list.append(item);
  }
}

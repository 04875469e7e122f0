// The line above the composer: the message that is answered or edited.

import { el, set, setText } from "../dom.js";
import { icon } from "../icons.js";

export class QuoteBar {
  element;
  #title = el("span", { class: "name", dir: "auto" });
  #text = el("span", { dir: "auto" });
  #cancel;
  #problem = el("p", { class: "problem", role: "alert" });

  /** @param {() => void} oncancel */
  constructor(oncancel) {
    this.#cancel = el("button", { class: "round", type: "button", onclick: oncancel }, icon("close"));
    this.element = el("div", { class: "quote-bar", hidden: true },
      el("div", { class: "row" }, el("p", { class: "quote" }, this.#title, this.#text), this.#cancel), this.#problem);
  }

  /** The place of the reason why an edit was refused. */
  get problem() {
    return this.#problem;
  }

  /** @param {{title: string, text: string, cancel: string} | null} shown `cancel`: the label of the button */
  show(shown) {
    this.element.hidden = shown === null;
    setText(this.#title, shown?.title ?? "");
    setText(this.#text, shown?.text ?? "");
    set(this.#cancel, "aria-label", shown?.cancel);
    if (!shown) setText(this.#problem, "");
  }
}

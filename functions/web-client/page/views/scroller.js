// A list that scrolls: it stays at its end, or where it is, while rows come above and below.

import { arrange, el } from "../dom.js";
import { icon } from "../icons.js";

/** Pixels from an end of the list that still count as being there. */
const NEAR_END = 80;
const NEAR_START = 400;

/**
 * @typedef {object} Means
 * @property {() => void} onstart the start is near
 * @property {() => void} onend the end is reached
 */

export class Scroller {
  element;
  atEnd = true;
  #means;
  #list = el("ol");
  #view = el("div", { class: "messages", tabindex: 0, role: "region", "aria-label": "Messages" }, this.#list);
  #button;

  /** @param {Means} means */
  constructor(means) {
    this.#means = means;
    this.#button = el(
      "button",
      { class: "round to-end", type: "button", "aria-label": "To the newest message", onclick: () => this.toEnd() },
      icon("down"),
    );
    this.element = el("div", { class: "middle" }, this.#view, this.#button);
    this.#view.addEventListener("scroll", () => this.#scrolled());
    // The list becomes lower when the text being written, or a phone's keyboard, needs its place.
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(this.#view);
  }

  clear() {
    this.#list.replaceChildren();
    this.atEnd = true;
  }

  /**
   * @param {() => HTMLElement[]} render the rows
   * @param {() => void} [place] scrolls to where it is to be, instead of to where it was
   */
  arrange(render, place) {
    const anchor = this.#anchor();
    arrange(this.#list, render());
    if (place) place();
    else if (this.atEnd) this.toEnd();
    else if (anchor) this.#view.scrollTop += anchor.element.offsetTop - anchor.top;
    this.#scrolled();
  }

  toEnd() {
    this.#view.scrollTop = this.#view.scrollHeight;
  }

  /** To a row, or to the end where that is above it. @param {HTMLElement | undefined} row */
  to(row) {
    this.toEnd();
    if (row) this.#view.scrollTop = Math.min(this.#view.scrollTop, row.offsetTop);
  }

  /** What stays where it is while something is put above it. */
  #anchor() {
    const rows = /** @type {HTMLCollectionOf<HTMLElement>} */ (this.#list.children);
    const element = [...rows].find((row) => row.offsetTop + row.offsetHeight > this.#view.scrollTop);
    return element && { element, top: element.offsetTop };
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#view;
    const wasAtEnd = this.atEnd;
    this.atEnd = scrollHeight - clientHeight - scrollTop < NEAR_END;
    this.#button.hidden = this.atEnd;
    if (scrollTop < NEAR_START) this.#means.onstart();
    if (this.atEnd && !wasAtEnd) this.#means.onend();
  }
}

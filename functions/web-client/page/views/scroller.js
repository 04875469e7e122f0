// A list that scrolls. It stays at its end, or at the row that is in view, while rows are added above and below.

import { arrange, el } from "../dom.js";
import { icon } from "../icons.js";

/** Pixels from the end that count as the end. */
const NEAR_END = 80;
/** Milliseconds for which a row that was looked for is marked. */
const MARKED_FOR = 2_000;
/** Pixels from the start at which older rows are fetched. */
const NEAR_START = 400;

/**
 * @typedef {object} Means
 * @property {() => void} onstart the list is scrolled near its start
 * @property {() => void} onend the list is scrolled to its end
 */

export class Scroller {
  element;
  atEnd = true;
  #means;
  list = el("ol");
  #view = el("div", { class: "messages", tabindex: 0, role: "region", "aria-label": "Messages" }, this.list);
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
    // The list shrinks when the composer grows or the keyboard of a phone opens.
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(this.#view);
  }

  clear() {
    this.list.replaceChildren();
    this.atEnd = true;
  }

  /**
   * @param {() => HTMLElement[]} render the rows
   * @param {() => void} [place] scrolls, instead of keeping the position
   */
  arrange(render, place) {
    const anchor = this.#anchor();
    arrange(this.list, render());
    if (place) place();
    else if (this.atEnd) this.toEnd();
    else if (anchor) this.#view.scrollTop += anchor.element.offsetTop - anchor.top;
    this.#scrolled();
  }

  toEnd() {
    this.#view.scrollTop = this.#view.scrollHeight;
  }

  /** Scrolls to a row, or to the end if the row would not reach the top. @param {HTMLElement | undefined} row */
  to(row) {
    this.toEnd();
    if (row) this.#view.scrollTop = Math.min(this.#view.scrollTop, row.offsetTop);
  }

  /** Scrolls to a row, focuses it and marks it for a moment. @param {HTMLElement} row */
  show(row) {
    row.focus({ preventScroll: true });
    this.#view.scrollTop = row.offsetTop - this.#view.clientHeight / 3;
    this.#scrolled();
    row.classList.add("found");
    setTimeout(() => row.classList.remove("found"), MARKED_FOR);
  }

  /** The topmost row in view, which keeps its position while rows are added above. */
  #anchor() {
    const rows = /** @type {HTMLCollectionOf<HTMLElement>} */ (this.list.children);
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

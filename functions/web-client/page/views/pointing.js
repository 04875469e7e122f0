// Moves the focus between the messages of a list, and opens the menu of a message: with its button, a key, or what
// `hold.js` finds.

import { set } from "../dom.js";
import { Hold } from "./hold.js";

/**
 * @typedef {object} Means
 * @property {(row: HTMLElement, place: DOMRect) => void} onmenu
 * @property {(message: number) => void} onquote a quote was clicked
 * @property {(row: HTMLElement) => void} onreactions the reactions were clicked
 * @property {() => void} onescape
 */

export class Pointing {
  #list;
  #means;
  /** The row that the tabulator reaches. @type {HTMLElement | null} */
  #current = null;
  #place = -1;
  /** Whether the user has focused it, or the one that it replaces. */
  #isChosen = false;

  /**
   * @param {HTMLElement} list
   * @param {Means} means
   */
  constructor(list, means) {
    this.#list = list;
    this.#means = means;
    list.addEventListener("click", (event) => this.#click(event));
    list.addEventListener("keydown", (event) => this.#key(event));
    list.addEventListener("focusin", ({ target }) => {
      const row = rowAt(target);
      if (!row) return;
      this.#isChosen = true;
      if (row !== this.#current) this.#choose(row);
    });
    new Hold(list, {
      find: (target) => (hasOwnMenu(target) ? null : rowAt(target)),
      open: (row) => this.#open(row),
    });
  }

  /** Forgets the rows of a room. */
  clear() {
    this.#choose(null);
    this.#isChosen = false;
  }

  /** Keeps one row reachable: the last, or the one that had the focus, or its neighbour if that is gone. */
  arrange() {
    const rows = this.#rows();
    const current = this.#current;
    if (current?.isConnected && this.#isChosen) {
      this.#place = rows.indexOf(current);
      return;
    }
    const isGone = current !== null && !current.isConnected;
    this.#choose((isGone ? rows[Math.min(this.#place, rows.length - 1)] : rows.at(-1)) ?? null);
  }

  /** Focuses the reachable row. */
  focus() {
    this.#current?.focus({ preventScroll: true });
  }

  /** @param {HTMLElement | null} row */
  #choose(row) {
    if (this.#current && this.#current !== row) set(this.#current, "tabindex", -1);
    if (row) set(row, "tabindex", 0);
    this.#current = row;
    this.#place = row ? this.#rows().indexOf(row) : -1;
  }

  #rows() {
    return /** @type {HTMLElement[]} */ ([...this.#list.querySelectorAll(".message[tabindex]")]);
  }

  /** @param {MouseEvent} event */
  #click({ target }) {
    const row = rowAt(target);
    const button = target instanceof Element && target.closest("button");
    if (!row || !button) return;
    if (button.matches(".menu-button")) this.#means.onmenu(row, button.getBoundingClientRect());
    else if (button.matches(".quote")) this.#means.onquote(Number(button.getAttribute("data-message")));
    else if (button.matches(".chip")) this.#means.onreactions(row);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const row = rowAt(event.target);
    if (!row) return;
    const opens = event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
    if (opens || (event.target === row && (event.key === "Enter" || event.key === " "))) this.#open(row);
    else if (event.key === "Escape") this.#means.onescape();
    else if (event.target !== row || !this.#moves(row, event.key)) return;
    event.preventDefault();
  }

  /**
   * @param {HTMLElement} row
   * @param {string} key
   */
  #moves(row, key) {
    const rows = this.#rows();
    const at = rows.indexOf(row);
    /** @type {Record<string, number>} */
    const places = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 };
    const place = places[key];
    if (place === undefined) return false;
    const next = rows[place];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
    return true;
  }

  /** @param {HTMLElement} row */
  #open(row) {
    const bubble = row.querySelector(".bubble");
    if (bubble) this.#means.onmenu(row, bubble.getBoundingClientRect());
  }
}

/**
 * Returns the row of a sent message around an element.
 * @param {EventTarget | null} target
 */
function rowAt(target) {
  const row = target instanceof Element ? target.closest(".message[tabindex]") : null;
  return row instanceof HTMLElement ? row : null;
}

/**
 * Returns whether the menu of the browser can do more than that of the message.
 * @param {EventTarget | null} target
 */
function hasOwnMenu(target) {
  return target instanceof Element && target.closest("a, video") !== null;
}

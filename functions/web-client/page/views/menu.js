// A menu: a list of actions beside a message, or at the lower edge of a phone.

import { el } from "../dom.js";
import { icon } from "../icons.js";

/** Pixels between the menu and the edge of the window. */
const MARGIN = 8;

/**
 * @typedef {object} Item
 * @property {string} label
 * @property {Parameters<typeof icon>[0]} [sign]
 * @property {boolean} [checked] of an item that can be checked
 * @property {boolean} [short] whether it is beside its neighbours, and not below
 * @property {string} [text] shown instead of the label
 * @property {() => void} act
 */

/**
 * Opens a menu. Arrow keys move in it; Escape, a click elsewhere and a choice close it.
 * @param {HTMLElement} host
 * @param {string} label
 * @param {Item[]} items
 * @param {DOMRect} anchor the place beside which it opens
 * @returns {{close: () => void, signal: AbortSignal}} aborted when it is closed
 */
export function openMenu(host, label, items, anchor) {
  const before = document.activeElement;
  const controller = new AbortController();
  const close = () => {
    if (controller.signal.aborted) return;
    controller.abort();
    const hadFocus = menu.contains(document.activeElement);
    menu.remove();
    if (hadFocus && before instanceof HTMLElement) before.focus({ preventScroll: true });
  };
  const buttons = items.map((item) => button(item, close));
  const short = buttons.filter((_, place) => items[place].short);
  const menu = el("div", { class: "menu", role: "menu", popover: "manual", "aria-label": label },
    short.length > 0 && el("div", { class: "short", role: "group", "aria-label": "Reactions" }, ...short),
    ...buttons.filter((_, place) => !items[place].short));
  menu.addEventListener("keydown", (event) => {
    const at = buttons.findIndex((one) => one === document.activeElement);
    const next = moved(event.key, at, buttons.length);
    if (event.key === "Escape" || event.key === "Tab") close();
    if (next !== undefined) buttons[next].focus();
    if (next !== undefined || event.key === "Escape" || event.key === "Tab") event.preventDefault();
    event.stopPropagation();
  });
  const { signal } = controller;
  document.addEventListener("pointerdown", ({ target }) => {
    if (!(target instanceof Node && menu.contains(target))) close();
  }, { capture: true, signal });
  addEventListener("hashchange", close, { signal });
  // The keyboard of a phone closes after the menu has taken the focus.
  addEventListener("resize", () => arrange(menu, anchor), { signal });
  // The key that opens the menu would open that of the browser, too.
  menu.addEventListener("contextmenu", (event) => event.preventDefault());
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) close();
  }, { signal });
  host.append(menu);
  menu.showPopover();
  arrange(menu, anchor);
  buttons[0]?.focus();
  return { close, signal };
}

/**
 * @param {Item} item
 * @param {() => void} close
 */
function button({ label, sign, checked, text, act }, close) {
  const onclick = () => {
    close();
    act();
  };
  return el("button", {
    type: "button", tabindex: -1, role: checked === undefined ? "menuitem" : "menuitemcheckbox",
    "aria-checked": checked === undefined ? null : String(checked), "aria-label": text && label, onclick,
  }, sign && icon(sign), text ?? label);
}

/**
 * Returns the item to which a key moves the focus.
 * @param {string} key
 * @param {number} at
 * @param {number} count
 */
function moved(key, at, count) {
  switch (key) {
    case "ArrowDown":
    case "ArrowRight":
      return (at + 1) % count;
    case "ArrowUp":
    case "ArrowLeft":
      return (at - 1 + count) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}

/**
 * Puts the menu below its anchor, or above if there is no space.
 * @param {HTMLElement} menu
 * @param {DOMRect} anchor
 */
function arrange(menu, { left, top, bottom }) {
  const { width, height } = menu.getBoundingClientRect();
  const fits = bottom + height + MARGIN <= innerHeight;
  const within = (/** @type {number} */ place, /** @type {number} */ most) => Math.max(MARGIN, Math.min(place, most));
  menu.style.setProperty("--left", `${within(left, innerWidth - width - MARGIN)}px`);
  menu.style.setProperty("--top", `${within(fits ? bottom : top - height, innerHeight - height - MARGIN)}px`);
}

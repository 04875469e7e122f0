// A button that asks again before it acts.

import { el } from "../dom.js";
import { icon } from "../icons.js";

/** Milliseconds after which the question is taken back. */
const PATIENCE = 8_000;

/**
 * @param {string} label
 * @param {string} question replaces the label after the first click
 * @param {Parameters<typeof icon>[0]} sign
 * @param {() => Promise<void>} act
 */
export function sureButton(label, question, sign, act) {
  // Spoken, because the focus stays on the button.
  const text = el("span", { "aria-live": "assertive" }, label);
  let sure = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const become = (/** @type {boolean} */ asked) => {
    clearTimeout(timer);
    sure = asked;
    text.textContent = asked ? question : label;
    if (asked) timer = setTimeout(() => become(false), PATIENCE);
  };
  const button = el("button", {
    class: "danger", type: "button", onclick: async () => {
      if (!sure) return become(true);
      become(false);
      const isFocused = document.activeElement === button;
      button.disabled = true;
      await act();
      button.disabled = false;
      // A disabled button loses the focus. After a refusal the button is still there.
      if (isFocused && document.activeElement === document.body) button.focus();
    },
  }, icon(sign), text);
  return button;
}

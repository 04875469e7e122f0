// The frame of a dialog, and a form in it.

import { Failure } from "../client/call.js";
import { el, setText } from "../dom.js";
import { icon } from "../icons.js";

/** The number of dialogs so far, because one dialog may be above another. */
let count = 0;

/** Makes a dialog that is removed when it is closed. @param {string} title */
export function modal(title) {
  count += 1;
  const id = `dialog-title-${count}`;
  const dialog = el(
    "dialog",
    { "aria-labelledby": id },
    el("header", {}, el("h2", { id, dir: "auto" }, title),
      el("button", { class: "round", type: "button", "aria-label": "Close", onclick: () => dialog.close() },
        icon("close"))),
  );
  dialog.addEventListener("close", () => dialog.remove());
  // Its content covers the dialog: a click on the dialog itself is outside.
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  document.body.append(dialog);
  return dialog;
}

/**
 * Makes a form with a title and one button.
 * @param {string} title
 * @param {[label: string, name: string, attributes: Record<string, unknown>][]} fields
 * @param {string} action
 * @param {(values: string[]) => Promise<void>} submit
 */
export function choice(title, fields, action, submit) {
  const problem = el("p", { class: "problem", role: "alert" });
  const inputs = fields.map(([, name, attributes]) =>
    el("input", { id: `new-${name}`, name, required: true, autocomplete: "off", ...attributes }));
  const button = el("button", { class: "primary", type: "submit" }, action);
  return el(
    "form",
    {
      onsubmit: async (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        button.disabled = true;
        await telling(problem, () => submit(inputs.map(({ value }) => value.trim())));
        button.disabled = false;
      },
    },
    el("h3", {}, title),
    ...fields.map(([label, name], place) =>
      el("div", { class: "field" }, el("label", { for: `new-${name}` }, label), inputs[place])),
    problem,
    button,
  );
}

/**
 * Runs a task for which the user waits, and shows why it has failed.
 * @param {Element} problem
 * @param {() => Promise<void>} task
 */
export async function telling(problem, task) {
  setText(problem, "");
  try {
    await task();
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    setText(problem, failure.message);
  }
}

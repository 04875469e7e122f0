// What dialogs are made of.

import { Failure } from "../call.js";
import { el, setText } from "../dom.js";
import { icon } from "../icons.js";

/** A dialog that is gone when it is closed. @param {string} title */
export function modal(title) {
  const dialog = el(
    "dialog",
    { "aria-labelledby": "dialog-title" },
    el("header", {}, el("h2", { id: "dialog-title", dir: "auto" }, title),
      el("button", { class: "round", type: "button", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"))),
  );
  dialog.addEventListener("close", () => dialog.remove());
  // A click on the dialog itself is one beside its content.
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  document.body.append(dialog);
  return dialog;
}

/**
 * A small form.
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
 * Does what the user waits for, and says why it has failed.
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

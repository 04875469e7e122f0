// The form that logs in, or registers and logs in.

import { logIn, register } from "../client/api.js";
import { Failure } from "../client/call.js";
import { deviceName } from "../device-name.js";
import { el, set, setText } from "../dom.js";
import { icon } from "../icons.js";

/**
 * @param {import("../client/devices.js").Store} storage
 * @param {(session: import("../client/session.js").Session) => void} enter
 * @param {string} [notice]
 */
export function loginView(storage, enter, notice) {
  let isNew = false;
  const heading = el("h1");
  const hint = el("p", { class: "hint", id: "password-hint" }, "At least 8 characters.");
  const name = el("input", {
    id: "username", name: "username", autocomplete: "username", autocapitalize: "none", spellcheck: "false",
    required: true,
  });
  const password = el("input", {
    id: "password", name: "password", type: "password", required: true, "aria-describedby": "password-hint",
  });
  const problem = el("p", { class: "problem", role: "alert" });
  const submit = el("button", { class: "primary", type: "submit" });
  const question = el("span");
  const other = el("button", { class: "link", type: "button", onclick: () => become(!isNew) });

  const form = el(
    "form",
    { onsubmit: (/** @type {SubmitEvent} */ event) => { event.preventDefault(); void knock(); } },
    el("div", { class: "field" }, el("label", { for: "username" }, "Name"), name),
    el("div", { class: "field" }, el("label", { for: "password" }, "Password"), password, hint),
    problem,
    submit,
  );

  /** @param {boolean} toRegister */
  function become(toRegister) {
    isNew = toRegister;
    setText(heading, isNew ? "Create an account" : "Log in");
    setText(submit, isNew ? "Create account" : "Log in");
    setText(question, isNew ? "Have an account? " : "New here? ");
    setText(other, isNew ? "Log in" : "Create an account");
    setText(problem, "");
    set(password, "autocomplete", isNew ? "new-password" : "current-password");
    hint.hidden = !isNew;
  }

  async function knock() {
    submit.disabled = true;
    setText(problem, "");
    // Keyboards and pasting add blanks.
    const username = name.value.trim();
    try {
      if (isNew) await register(username, password.value);
      enter(await logIn(username, password.value, storage, { device: deviceName(navigator.userAgent) }));
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      setText(problem, failure.message);
      password.focus();
    } finally {
      submit.disabled = false;
    }
  }

  become(false);
  return el(
    "main",
    { class: "door" },
    el("div", { class: "brand" }, icon("chats"), "Chat"),
    el("section", { class: "card" }, notice && el("p", { class: "notice", role: "status" }, notice), heading, form,
      el("p", { class: "turn" }, question, other)),
  );
}

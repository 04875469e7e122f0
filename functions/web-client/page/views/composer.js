// Where messages are written. Each room keeps its own draft.

import { el, set } from "../dom.js";
import { icon } from "../icons.js";

const TYPING_AGAIN_AFTER = 3_000;
const TYPING_ENDS_AFTER = 4_000;

/**
 * @typedef {import("../chat.js").Chat} Chat
 */

export class Composer {
  element;
  #chat;
  #onsend;
  #input;
  #send;
  /** @type {number | null} */
  #room = null;
  /** @type {Map<number, string>} */
  #drafts = new Map();
  #toldAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;

  /**
   * @param {Chat} chat
   * @param {() => void} onsend
   */
  constructor(chat, onsend) {
    this.#chat = chat;
    this.#onsend = onsend;
    this.#input = el("textarea", {
      rows: 1, dir: "auto", maxlength: 4096, placeholder: "Write a message", "aria-label": "Message",
      enterkeyhint: "send",
      oninput: () => this.#written(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    });
    this.#send = el("button", { class: "round primary", type: "submit", "aria-label": "Send" }, icon("send"));
    this.element = el(
      "form",
      {
        class: "composer",
        onsubmit: (/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          this.#submit();
        },
      },
      this.#input,
      this.#send,
    );
  }

  /** @param {number} room */
  show(room) {
    if (this.#room !== null) this.#drafts.set(this.#room, this.#input.value);
    this.#stopTyping();
    this.#room = room;
    this.#input.value = this.#drafts.get(room) ?? "";
    this.#written(false);
  }

  focus() {
    this.#input.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // Enter also ends the composition of a character, and on a phone it is the only way to a new line.
    const composing = event.isComposing || matchMedia("(pointer: coarse)").matches;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    this.#submit();
  }

  #written(typing = true) {
    set(this.#send, "disabled", this.#input.value.trim() === "");
    if (typing && this.#input.value !== "") this.#tellTyping();
    if (typing && this.#input.value === "") this.#stopTyping();
  }

  #submit() {
    const text = this.#input.value.trim();
    if (text === "" || this.#room === null) return;
    this.#chat.send(this.#room, text);
    this.#input.value = "";
    this.#forgetTyping();
    this.#written(false);
    this.#onsend();
    this.focus();
  }

  #tellTyping() {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#stopTyping(), TYPING_ENDS_AFTER);
    if (this.#room === null || Date.now() - this.#toldAt < TYPING_AGAIN_AFTER) return;
    this.#toldAt = Date.now();
    this.#chat.tellTyping(this.#room, true);
  }

  #stopTyping() {
    if (this.#room !== null && this.#toldAt > 0) this.#chat.tellTyping(this.#room, false);
    this.#forgetTyping();
  }

  /** The message itself says that its writing is over. */
  #forgetTyping() {
    clearTimeout(this.#pause);
    this.#toldAt = 0;
  }
}

// The form that writes a message and attaches files. Each room keeps its own draft.

import { TYPES } from "../attachments.js";
import { el, set } from "../dom.js";
import { icon } from "../icons.js";
import { isLonger, sendable } from "../text.js";
import { Typist } from "../typist.js";
import { Tray } from "./tray.js";

/**
 * @typedef {import("../chat.js").Chat} Chat
 */

/** In characters. */
const LONGEST = 4096;

export class Composer {
  element;
  #chat;
  #onsend;
  #input;
  #tray = new Tray(() => this.#written(false));
  #send;
  /** @type {number | null} */
  #room = null;
  /** @type {Map<number, {text: string, files: File[]}>} */
  #drafts = new Map();
  #typist;

  /**
   * @param {Chat} chat
   * @param {() => void} onsend
   */
  constructor(chat, onsend) {
    this.#chat = chat;
    this.#onsend = onsend;
    this.#typist = new Typist((room, typing) => chat.tellTyping(room, typing));
    this.#input = el("textarea", {
      rows: 1, dir: "auto", enterkeyhint: "send",
      oninput: () => this.#written(),
      onpaste: (/** @type {ClipboardEvent} */ event) => this.#paste(event),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    });
    this.#send = el("button", { class: "round primary", type: "submit", "aria-label": "Send" }, icon("send"));
    const chooser = el("input", {
      type: "file", accept: TYPES.join(), multiple: true, hidden: true, "aria-label": "Photos and videos",
      onchange: () => {
        this.attach(chooser.files ?? []);
        // Without this, choosing the same file again would not be a change.
        chooser.value = "";
      },
    });
    const choose = el(
      "button",
      { class: "round", type: "button", "aria-label": "Attach photos or videos", onclick: () => chooser.click() },
      icon("attach"),
    );
    this.element = el(
      "form",
      {
        class: "composer",
        onsubmit: (/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          this.#submit();
        },
      },
      this.#tray.element,
      el("div", { class: "row" }, chooser, choose, this.#input, this.#send),
    );
  }

  /** @param {number} room */
  show(room) {
    if (this.#room !== null) this.#drafts.set(this.#room, { text: this.#input.value, files: this.#tray.files });
    this.#typist.stops();
    this.#room = room;
    const { text, files } = this.#drafts.get(room) ?? { text: "", files: [] };
    this.#input.value = text;
    this.#tray.show(files);
    this.#written(false);
  }

  /** @param {Iterable<File>} files */
  attach(files) {
    this.#tray.add(files);
    this.focus();
  }

  focus() {
    this.#input.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // Enter also ends the composition of a character, and on a phone only Enter makes a new line.
    const composing = event.isComposing || matchMedia("(pointer: coarse)").matches;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    this.#submit();
  }

  /**
   * Attaches pasted files, unless there is text too: a copy of a page has the text and a picture of it.
   * @param {ClipboardEvent} event
   */
  #paste(event) {
    const { clipboardData } = event;
    if (!clipboardData?.files.length || clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    this.attach(clipboardData.files);
  }

  #written(typing = true) {
    const { length } = this.#tray.files;
    set(this.#input, "placeholder", length > 0 ? "Add a caption" : "Write a message");
    set(this.#input, "aria-label", length > 0 ? "Caption" : "Message");
    const text = sendable(this.#input.value);
    set(this.#send, "disabled", text === "" && length === 0);
    this.#input.setCustomValidity(isLonger(text, LONGEST) ? "A message can have 4,096 characters." : "");
    if (typing && this.#room !== null && this.#input.value !== "") this.#typist.types(this.#room);
    if (typing && this.#input.value === "") this.#typist.stops();
  }

  #submit() {
    const text = sendable(this.#input.value);
    const room = this.#room;
    const files = this.#tray.files;
    if ((text === "" && files.length === 0) || room === null || !this.#input.reportValidity()) return;
    // Each file is a message of its own; the first has the caption.
    this.#chat.outgoing.send(room, text, files[0]);
    for (const file of files.slice(1)) this.#chat.outgoing.send(room, "", file);
    this.#input.value = "";
    this.#tray.show([]);
    this.#typist.sends(room);
    this.#written(false);
    this.#onsend();
    this.focus();
  }
}

// The form that writes, answers and edits messages and attaches files. Each room keeps its own draft.

import { attachmentsOf } from "../client/attachments.js";
import { el, set } from "../dom.js";
import { icon } from "../icons.js";
import { mentionsIn, withUnknown } from "../client/mentions.js";
import { quoteOf } from "../client/quotes.js";
import { actionsOnMessage } from "../client/rights.js";
import { isLonger, sendable } from "../client/text.js";
import { Typist } from "../client/typist.js";
import { fileChooser } from "./chooser.js";
import { Completion } from "./completion.js";
import { excerpt } from "./content.js";
import { telling } from "./modal.js";
import { mentionable } from "./people.js";
import { QuoteBar } from "./quote-bar.js";
import { Tray } from "./tray.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/timeline.js").Message} Message
 * @typedef {{room: number, text: string, saved: string, files: File[], reply: number | null,
 *   editing: {id: number, before: string} | null, saving: boolean}} Draft
 * `saved`: the text that the other devices have; `reply`: the message that is answered; `editing`: that which is edited, with the text that was written before
 */

/** In characters. */
const LONGEST = 4096;

export class Composer {
  element;
  #chat;
  #onsend;
  #input;
  #tray = new Tray(() => this.#written(false));
  #bar = new QuoteBar(() => this.cancel());
  #completion;
  #choose;
  #send;
  /** @type {Draft | null} */
  #draft = null;
  /** By room. @type {Map<number, Draft>} */
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
      onblur: () => this.leave(),
      onpaste: (/** @type {ClipboardEvent} */ event) => this.#paste(event),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    });
    this.#completion = new Completion(this.#input, () => mentionable(chat, this.#draft?.room));
    this.#send = el("button", { class: "round primary", type: "submit", "aria-label": "Send" }, icon("send"));
    this.#choose = fileChooser((files) => this.attach(files));
    this.element = el(
      "form",
      {
        class: "composer",
        onsubmit: (/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          this.#submit();
        },
      },
      this.#completion.element,
      this.#completion.status,
      this.#bar.element,
      this.#tray.element,
      el("div", { class: "row" }, this.#choose, this.#input, this.#send),
    );
  }

  /** @param {number} room */
  show(room) {
    this.leave();
    if (this.#draft) Object.assign(this.#draft, { text: this.#input.value, files: this.#tray.files });
    this.#typist.stops();
    this.#completion.dismiss();
    const saved = this.#chat.rooms.get(room)?.draft ?? "";
    const draft = this.#drafts.get(room)
      ?? { room, text: saved, saved, files: [], reply: null, editing: null, saving: false };
    this.#drafts.set(room, draft);
    this.#draft = draft;
    this.#tray.show(draft.files);
    this.#write(draft.text);
  }

  /** Saves the draft of the room that the user leaves. */
  leave() {
    if (this.#draft) this.#chat.chats.saveDraft(this.#draft.room);
  }

  /** Takes a draft from another device, unless the user has written something else. @param {Draft} draft */
  #adopt(draft) {
    if (draft.editing) return;
    const before = this.#input.value;
    const { text, saved } = this.#chat.chats.share(draft.room, { text: before, saved: draft.saved });
    draft.saved = saved;
    if (text !== before) this.#write(text);
  }

  /** Shows the message that is answered or edited as it is now. */
  render() {
    const draft = this.#draft;
    if (!draft) return;
    this.#adopt(draft);
    const timeline = this.#chat.timeline(draft.room);
    const message = this.#message(draft.editing?.id ?? draft.reply);
    // It was deleted meanwhile.
    if ((draft.editing || draft.reply !== null) && timeline?.loaded && !message) return this.cancel();
    const quote = message && quoteOf(message);
    const isEdit = draft.editing !== null;
    const title = isEdit ? "Edit message" : message && answerTo(this.#chat, message.sender);
    const cancel = isEdit ? "Stop editing" : "Do not answer";
    this.#bar.show(quote && title ? { title, text: excerpt(quote), cancel } : null);
    this.#choose.hidden = this.#tray.element.hidden = isEdit;
    set(this.#send, "aria-label", isEdit ? "Save" : "Send");
    this.#completion.refresh();
  }

  /** Answers a message. @param {Message} message */
  reply({ id }) {
    if (!this.#draft) return;
    if (this.#draft.editing) this.cancel();
    this.#draft.reply = id;
    this.render();
    this.focus();
  }

  /** @param {Message} message */
  edit({ id, text }) {
    if (!this.#draft) return;
    this.#draft.editing = { id, before: this.#draft.editing?.before ?? this.#input.value };
    this.#write(text);
    this.focus();
    this.#input.setSelectionRange(text.length, text.length);
  }

  /** Stops editing or, if nothing is edited, answering. */
  cancel() {
    if (!this.#draft) return;
    if (this.#draft.editing) this.#endEdit(this.#draft);
    else this.#draft.reply = null;
    this.render();
  }

  /** @param {Iterable<File>} files */
  attach(files) {
    if (this.#draft?.editing) return;
    this.#tray.add(files);
    this.focus();
  }

  focus() {
    this.#input.focus({ preventScroll: true });
  }

  /** Returns a message that can be answered or edited. @param {number | null | undefined} id */
  #message(id) {
    const message = id && this.#draft ? this.#chat.timeline(this.#draft.room)?.get(id) : undefined;
    return message?.deleted_at ? undefined : message;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    const { key } = event;
    const isPlain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
    // On a phone only Enter makes a new line.
    const sends = key === "Enter" && !event.shiftKey && !matchMedia("(pointer: coarse)").matches;
    if (isPlain && this.#completion.key(key)) event.preventDefault();
    else if (sends) {
      event.preventDefault();
      this.#submit();
    } else if (key === "Escape") this.cancel();
    else if (key === "ArrowUp" && isPlain && this.#editLast()) event.preventDefault();
  }

  /** Edits the last message of the user, if nothing is written. @returns {boolean} whether there is one */
  #editLast() {
    const draft = this.#draft;
    const room = draft ? this.#chat.rooms.get(draft.room) : undefined;
    if (!draft || !room || draft.editing || this.#input.value !== "" || this.#tray.files.length > 0) return false;
    const { me } = this.#chat;
    const mine = this.#chat.timeline(room.id)?.messages.findLast(({ sender }) => sender === me);
    const canEdit = mine && actionsOnMessage(room, me, mine, Date.now()).includes("edit");
    if (canEdit) this.edit(mine);
    return canEdit === true;
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

  /** Replaces the text by one that the user has not typed now. @param {string} text */
  #write(text) {
    this.#input.value = text;
    this.#written(false);
    this.render();
  }

  #written(typing = true) {
    const draft = this.#draft;
    const edited = this.#message(draft?.editing?.id);
    const files = edited ? attachmentsOf(edited).length : this.#tray.files.length;
    set(this.#input, "placeholder", files > 0 ? "Add a caption" : "Write a message");
    set(this.#input, "aria-label", files > 0 ? "Caption" : "Message");
    const text = sendable(this.#input.value);
    set(this.#send, "disabled", text === "" && files === 0);
    this.#input.setCustomValidity(isLonger(text, LONGEST) ? "A message can have 4,096 characters." : "");
    if (typing) this.#completion.update();
    if (typing && draft && !draft.editing) this.#chat.chats.drafts(draft.room, this.#input.value);
    if (typing && draft && !draft.editing && this.#input.value !== "") this.#typist.types(draft.room);
    if (typing && this.#input.value === "") this.#typist.stops();
  }

  #submit() {
    const draft = this.#draft;
    const text = sendable(this.#input.value);
    const files = draft?.editing ? [] : this.#tray.files;
    if (!draft || this.#send.disabled || !this.#input.reportValidity()) return;
    const { people, all } = mentionable(this.#chat, draft.room);
    const mentions = mentionsIn(text, people, all);
    const edited = this.#message(draft.editing?.id);
    if (edited) return void this.#save(draft, edited, { text, ...withUnknown(mentions, edited.mentions ?? [], people) });
    if (draft.editing) return;
    // Each file is a message of its own; the first has the caption, and is the answer.
    const about = { ...(draft.reply !== null && { reply_to: draft.reply }), ...mentions };
    this.#chat.outgoing.send(draft.room, text, files[0], about);
    for (const file of files.slice(1)) this.#chat.outgoing.send(draft.room, "", file);
    draft.reply = null;
    this.#tray.show([]);
    this.#typist.sends(draft.room);
    this.#chat.chats.sends(draft.room);
    draft.saved = "";
    this.#write("");
    this.#onsend();
    this.focus();
  }

  /**
   * Saves the text of an edited message. It stays in the field until the server has it.
   * @param {Draft} draft
   * @param {Message} message
   * @param {Parameters<Chat["revisions"]["edit"]>[1]} content
   */
  async #save(draft, message, content) {
    if (draft.saving) return;
    draft.saving = true;
    try {
      await telling(this.#bar.problem, async () => {
        if (content.text !== message.text) await this.#chat.revisions.edit(message, content);
        const text = draft === this.#draft ? this.#input.value : draft.text;
        // The user may have written more meanwhile.
        if (draft.editing?.id === message.id && sendable(text) === content.text) this.#endEdit(draft);
      });
    } finally {
      draft.saving = false;
    }
  }

  /** Brings back the text that was written before the edit. @param {Draft} draft */
  #endEdit(draft) {
    draft.text = draft.editing?.before ?? "";
    draft.editing = null;
    if (draft === this.#draft) this.#write(draft.text);
  }
}

/**
 * @param {Chat} chat
 * @param {number} sender
 */
function answerTo({ directory, me }, sender) {
  return `Answer to ${sender === me ? "yourself" : directory.name(sender)}`;
}

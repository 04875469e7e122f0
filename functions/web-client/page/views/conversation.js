// One room: its head, its messages, and the place to write.

import { el, set, setText } from "../dom.js";
import { icon } from "../icons.js";
import { membersCount, typists } from "../client/text.js";
import { Closed } from "./closed.js";
import { Composer } from "./composer.js";
import { entries } from "./entries.js";
import { Face } from "./face.js";
import { aboutGroup } from "./group.js";
import { messageMenu } from "./message-menu.js";
import { aboutPerson } from "./person.js";
import { Pointing } from "./pointing.js";
import { reactionList } from "./reactions.js";
import { Rows } from "./rows.js";
import { Scroller } from "./scroller.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/rooms.js").Room} Room
 */

export class Conversation {
  element;
  #chat;
  /** @type {number | null} */
  #room = null;
  #face = new Face();
  #title = el("h2", { id: "conversation-title", tabindex: -1, dir: "auto" });
  #subtitle = el("p", { class: "subtitle" });
  #rows;
  #scroller = new Scroller({ onstart: () => this.#loadOlder(), onend: () => this.#seen() });
  #pointing;
  #composer;
  #closed;
  #about = el("button", { class: "round", type: "button", onclick: () => this.#showAbout() }, icon("people"));
  /** The sequence of the first message that was unread when the room was opened. @type {number | null | undefined} */
  #unreadFrom;

  /**
   * @param {Chat} chat
   * @param {() => void} back
   */
  constructor(chat, back) {
    this.#chat = chat;
    this.#rows = new Rows(chat);
    this.#composer = new Composer(chat, () => this.#scroller.toEnd());
    this.#closed = new Closed(chat);
    this.#pointing = new Pointing(this.#scroller.list, {
      onmenu: (row, place) => this.#showMenu(row, place),
      onquote: (message) => void this.#reach(message),
      onreactions: (row) => {
        const message = this.#rows.messageOf(row);
        if (message) this.#keepFocus(reactionList(chat, message));
      },
      onescape: () => this.focus(),
    });
    this.element = el(
      "section",
      { class: "conversation", "aria-labelledby": "conversation-title" },
      el("header", {},
        el("button", { class: "round back", type: "button", "aria-label": "Back to all conversations", onclick: back },
          icon("back")),
        this.#face.element,
        el("div", { class: "heading" }, this.#title, this.#subtitle),
        this.#about),
      this.#scroller.element,
      el("footer", {}, this.#composer.element, this.#closed.element),
    );
    this.element.addEventListener("drop", ({ dataTransfer }) => {
      if (dataTransfer && !this.#composer.element.hidden) this.#composer.attach(dataTransfer.files);
    });
  }

  /** @param {number} room */
  show(room) {
    this.#room = room;
    this.#rows.clear();
    this.#scroller.clear();
    this.#pointing.clear();
    this.#unreadFrom = undefined;
    this.#composer.show(room);
    this.render();
  }

  focus() {
    if (matchMedia("(max-width: 720px)").matches || this.#composer.element.hidden) this.#title.focus();
    else this.#composer.focus();
  }

  render() {
    const room = this.#room === null ? undefined : this.#chat.rooms.get(this.#room);
    if (!room) return;
    this.#renderHead(room);
    this.#renderMessages(room);
    if (this.#scroller.atEnd && !document.hidden) void this.#chat.reading.seen(room.id);
  }

  /** @param {Room} room */
  #renderHead(room) {
    const { directory } = this.#chat;
    const title = directory.title(room);
    this.#face.update(title, directory.other(room) ?? -room.id, room.picture, () => this.#chat.renewPictures());
    setText(this.#title, title);
    set(this.#about, "aria-label", room.type === "direct" ? "Details" : "Members and details");
    const wasWriting = this.#composer.element.contains(document.activeElement);
    this.#composer.element.hidden = this.#closed.render(room);
    if (wasWriting && this.#composer.element.hidden) this.#title.focus();
    const typing = typists(this.#chat.typists(room.id));
    this.#subtitle.classList.toggle("typing", typing !== "");
    setText(this.#subtitle, typing || this.#presence(room));
  }

  /** @param {Room} room */
  #presence(room) {
    const { directory, privacy, rooms, me } = this.#chat;
    const others = directory.members(room.id).filter(({ user }) => user !== me);
    const other = directory.other(room);
    if (directory.isNotes(room)) return "Only you see these";
    if (other !== undefined) return others[0]?.online && !privacy.blocks(other) ? "online" : "";
    // Of the members of a large room, only some are fetched.
    const online = rooms.isSmall(room.id) ? others.filter((member) => member.online).length : 0;
    const members = membersCount(room.members_count);
    return online > 0 ? `${members}, ${online + 1} online` : members;
  }

  #showAbout() {
    const room = this.#room === null ? undefined : this.#chat.rooms.get(this.#room);
    if (!room) return;
    if (room.type === "direct") aboutPerson(this.#chat, room);
    else aboutGroup(this.#chat, room);
  }

  /** @param {Room} room */
  #renderMessages(room) {
    const timeline = this.#chat.timeline(room.id);
    const messages = timeline?.loaded ? timeline.messages : [];
    const isFirst = this.#unreadFrom === undefined && timeline?.loaded;
    if (isFirst) {
      const last = messages.at(-1)?.sequence ?? 0;
      this.#unreadFrom = room.unread > 0 ? last - room.unread + 1 : null;
    }
    this.#scroller.arrange(
      () => this.#rows.render(entries(this.#chat, room.id, messages), this.#unreadFrom),
      isFirst ? () => this.#scroller.to(this.#rows.unreadLine) : undefined,
    );
    this.#pointing.arrange();
    this.#composer.render();
  }

  /**
   * @param {HTMLElement} row
   * @param {DOMRect} place
   */
  #showMenu(row, place) {
    const message = this.#rows.messageOf(row);
    if (!message) return;
    messageMenu(this.#chat, message, place, {
      host: this.element,
      onreply: (message) => this.#composer.reply(message),
      onedit: (message) => this.#composer.edit(message),
      ondialog: (dialog) => this.#keepFocus(dialog),
    });
  }

  /** Moves the focus to the next message if the message of a dialog is gone. @param {HTMLDialogElement} dialog */
  #keepFocus(dialog) {
    dialog.addEventListener("close", () => document.activeElement === document.body && this.#pointing.focus());
  }

  /** Shows an earlier message. @param {number} message */
  async #reach(message) {
    const room = this.#room;
    if (room === null) return;
    const outcome = await this.#chat.reach(room, message);
    if (outcome === "too far") this.#chat.notify("The original message is too far back.");
    if (outcome === "gone") this.#chat.notify("The original message is not available.");
    if (outcome !== "found") return;
    this.render();
    const row = this.#rows.rowOf(message);
    if (row) this.#scroller.show(row);
  }

  #loadOlder() {
    if (this.#room !== null && this.#chat.timeline(this.#room)?.hasOlder) void this.#chat.loadOlder(this.#room);
  }

  #seen() {
    if (this.#room !== null) void this.#chat.reading.seen(this.#room);
  }
}

// One room: its head, its messages, and the place to write.

import { el, set, setText } from "../dom.js";
import { icon } from "../icons.js";
import { lastSeen, membersCount, typists } from "../client/text.js";
import { chatMenu } from "./chat-menu.js";
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
import { searchIn } from "./search.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/rooms.js").Room} Room
 */

export class Conversation {
  element;
  #chat;
  #back;
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
  #menu = el("button", {
    class: "round", type: "button", "aria-label": "Chat menu", "aria-haspopup": "menu",
    onclick: () => this.#showChatMenu(),
  }, icon("more"));
  /** The sequence of the first message that was unread when the room was opened. @type {number | null | undefined} */
  #unreadFrom;

  /**
   * @param {Chat} chat
   * @param {() => void} back
   */
  constructor(chat, back) {
    this.#chat = chat;
    this.#back = back;
    this.#rows = new Rows(chat);
    this.#composer = new Composer(chat, () => this.#scroller.toEnd());
    this.#closed = new Closed(chat);
    this.#pointing = new Pointing(this.#scroller.list, {
      onmenu: (row, place) => this.#showMenu(row, place),
      onquote: (message) => void this.#reach(message, "The original message"),
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
        el("button", { class: "round", type: "button", "aria-label": "Search messages", onclick: () => this.#search() },
          icon("search")),
        this.#menu,
        this.#about),
      this.#scroller.element,
      el("footer", {}, this.#composer.element, this.#closed.element),
    );
    this.element.addEventListener("keydown", (event) => {
      // In the dialog, the same keys open the search of the browser.
      if (event.key !== "f" || event.ctrlKey === event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      this.#search();
    });
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

  /** Saves what the user has written. */
  leave() {
    this.#composer.leave();
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
    if (this.#scroller.atEnd && !this.element.hidden) this.#seen();
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
    const { directory, offline, people, privacy, rooms, me } = this.#chat;
    const other = directory.other(room);
    if (directory.isNotes(room)) return "Only you see these";
    if (other !== undefined) return offline || privacy.blocks(other) ? "" : lastSeen(people.presence(other));
    const others = directory.members(room.id).filter(({ user }) => user !== me);
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

  #showChatMenu() {
    if (this.#room === null) return;
    chatMenu(this.#chat, this.#room, this.#menu.getBoundingClientRect(), { host: this.element, onunread: this.#back });
  }

  /** @param {Room} room */
  #renderMessages(room) {
    const timeline = this.#chat.timeline(room.id);
    const messages = timeline?.loaded ? timeline.messages : [];
    const isFirst = this.#unreadFrom === undefined && timeline?.loaded && this.#chat.isCurrent;
    if (isFirst) {
      const first = room.first_unread === null ? undefined : timeline?.get(room.first_unread);
      const last = messages.at(-1)?.sequence ?? 0;
      this.#unreadFrom = room.unread > 0 ? first?.sequence ?? last - room.unread + 1 : null;
    }
    this.#scroller.arrange(
      () => this.#rows.render(entries(this.#chat, room.id, messages), this.#unreadFrom),
      isFirst && this.#scroller.atEnd ? () => this.#scroller.to(this.#rows.unreadLine) : undefined,
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

  #search() {
    const room = this.#room === null ? undefined : this.#chat.rooms.get(this.#room);
    if (room) searchIn(this.#chat, room, (message) => void this.#reach(message, "The message"));
  }

  /**
   * Shows an earlier message.
   * @param {number} message
   * @param {string} named
   */
  async #reach(message, named) {
    const room = this.#room;
    if (room === null) return;
    const outcome = await this.#chat.reach(room, message);
    if (outcome === "too far") this.#chat.notify(`${named} is too far back.`);
    if (outcome === "gone") this.#chat.notify(`${named} is not available.`);
    if (outcome !== "found") return;
    this.render();
    const row = this.#rows.rowOf(message);
    if (row) this.#scroller.show(row);
  }

  #loadOlder() {
    if (this.#room !== null && this.#chat.timeline(this.#room)?.hasOlder) void this.#chat.loadOlder(this.#room);
  }

  /** Marks the room as read, once the page has caught up: stored messages may be days old. */
  #seen() {
    if (this.#room !== null && this.#chat.isCurrent && !document.hidden) void this.#chat.reading.seen(this.#room);
  }
}

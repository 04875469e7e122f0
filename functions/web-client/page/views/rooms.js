// The list of conversations: pinned ones first, archived ones in a part of their own.

import { summary } from "../client/attachments.js";
import { arrange, el, set, setText } from "../dom.js";
import { icon } from "../icons.js";
import { isMuted } from "../client/rooms.js";
import { moment, stub, typists } from "../client/text.js";
import { chatMenu } from "./chat-menu.js";
import { Face } from "./face.js";
import { Hold } from "./hold.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/rooms.js").Room} Room
 */

export class RoomList {
  element;
  #chat;
  #list = el("ul", { class: "rooms" });
  #archive = el("ul", { class: "rooms", id: "archive" });
  #toggle;
  #archived = el("span");
  #isOpen = false;
  /** @type {Map<number, Row>} */
  #rows = new Map();

  /** @param {Chat} chat */
  constructor(chat) {
    this.#chat = chat;
    this.#toggle = el("button", {
      class: "archived", type: "button", "aria-controls": "archive", onclick: () => this.#open(!this.#isOpen),
    }, icon("archive"), this.#archived);
    this.element = el("div", {
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      onclick: (/** @type {MouseEvent} */ { target }) => {
        const button = target instanceof Element && target.closest(".menu-button");
        const row = button && rowAt(button);
        if (row) this.#showMenu(row, button.getBoundingClientRect());
      },
    }, this.#list, this.#toggle, this.#archive);
    new Hold(this.element, { find: rowAt, open: (row) => this.#showMenu(row, row.getBoundingClientRect()) });
    this.#open(false);
  }

  /** @param {number | null} active */
  render(active) {
    const rooms = this.#chat.rooms.list();
    this.#rows = new Map(rooms.map((room) => [room.id, this.#rows.get(room.id) ?? new Row(room.id)]));
    for (const room of rooms) this.#rows.get(room.id)?.update(this.#chat, room, room.id === active);
    const elements = (/** @type {boolean} */ archived) =>
      rooms.filter((room) => room.archived === archived).flatMap(({ id }) => this.#rows.get(id)?.element ?? []);
    arrange(this.#list, elements(false));
    const archived = elements(true);
    arrange(this.#archive, archived);
    const unread = rooms.filter((room) => room.archived && room.unread > 0).length;
    setText(this.#archived, `Archived: ${archived.length}${unread > 0 ? `, ${unread} unread` : ""}`);
    this.#toggle.hidden = archived.length === 0;
  }

  /** Focuses a room or, if it has gone, the first one. @param {number} room */
  focus(room) {
    (this.#rows.get(room)?.link ?? this.element.querySelector("a"))?.focus();
  }

  /** @param {boolean} isOpen */
  #open(isOpen) {
    this.#isOpen = isOpen;
    this.#archive.hidden = !isOpen;
    this.#toggle.setAttribute("aria-expanded", String(isOpen));
  }

  /**
   * @param {HTMLElement} row
   * @param {DOMRect} place
   */
  #showMenu(row, place) {
    const room = Number(row.getAttribute("data-room"));
    const isActive = row.querySelector("[aria-current]") !== null;
    chatMenu(this.#chat, room, place, {
      host: this.element, onunread: () => { if (isActive) location.hash = ""; },
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const row = rowAt(event.target);
    if (row && (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey))) {
      event.preventDefault();
      return this.#showMenu(row, row.getBoundingClientRect());
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const links = [...this.element.querySelectorAll("a")].filter((link) => link.checkVisibility());
    links[links.findIndex((link) => link === document.activeElement) + step]?.focus();
  }
}

class Row {
  element;
  link;
  #face = new Face();
  #name = el("span", { class: "name", dir: "auto" });
  #time = el("time");
  #preview = el("span", { class: "preview", dir: "auto" });
  #signs = el("span", { class: "signs" });
  #menu = el("button", { class: "round menu-button", type: "button", tabindex: -1, "aria-haspopup": "menu" }, icon("more"));
  /** The signs that are shown. */
  #shown = "";

  /** @param {number} room */
  constructor(room) {
    this.link = el("a", { href: `#${room}` }, this.#face.element,
      el("span", { class: "line" }, this.#name, this.#time), el("span", { class: "line" }, this.#preview, this.#signs));
    this.element = el("li", { "data-room": room }, this.link, this.#menu);
  }

  /**
   * @param {Chat} chat
   * @param {Room} room
   * @param {boolean} isActive
   */
  update(chat, room, isActive) {
    const title = chat.directory.title(room);
    this.#face.update(title, chat.directory.other(room) ?? -room.id, room.picture, () => chat.renewPictures());
    setText(this.#name, title);
    set(this.#menu, "aria-label", `Menu of ${title}`);
    set(this.link, "aria-current", isActive && "page");
    set(this.#time, "datetime", room.updated_at);
    setText(this.#time, moment(room.updated_at));
    const typing = typists(chat.typists(room.id));
    this.#preview.classList.toggle("typing", typing !== "");
    setText(this.#preview, typing || preview(chat, room, isActive));
    this.#sign(room);
  }

  /** @param {Room} room */
  #sign(room) {
    const muted = isMuted(room, Date.now());
    const { pinned, mentioned, unread, marked_unread } = room;
    const shown = JSON.stringify([muted, pinned, mentioned, unread, marked_unread]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const spoken = (/** @type {string} */ text) => el("span", { class: "unseen" }, text);
    const isUnread = unread > 0 || marked_unread;
    const count = unread > 0 ? [String(unread), spoken(" unread")] : [spoken("Marked as unread")];
    const signs = [
      muted && el("span", {}, icon("mute"), spoken("Muted")),
      pinned && el("span", {}, icon("pin"), spoken("Pinned")),
      mentioned && el("span", { class: "mention" }, el("span", { "aria-hidden": true }, "@"), spoken("You are mentioned")),
      isUnread && el("span", { class: "count" }, ...count),
    ];
    this.#signs.replaceChildren(...signs.flatMap((sign) => (sign ? [sign] : [])));
  }
}

/**
 * Returns the row around an element.
 * @param {EventTarget | null} target
 */
function rowAt(target) {
  const row = target instanceof Element ? target.closest("[data-room]") : null;
  return row instanceof HTMLElement && row.matches("li") ? row : null;
}

/**
 * @param {Chat} chat
 * @param {Room} room
 * @param {boolean} isActive
 */
function preview(chat, room, isActive) {
  if (room.draft && !isActive) return `Draft: ${room.draft}`;
  const last = room.last_message;
  if (!last) return "No messages yet";
  if (last.deleted_at) return stub(last, chat.me);
  if (last.sender === chat.me) return `You: ${summary(last)}`;
  const { directory } = chat;
  return directory.other(room) === undefined ? `${directory.name(last.sender)}: ${summary(last)}` : summary(last);
}

// The list of conversations.

import { summary } from "../client/attachments.js";
import { arrange, el, set, setText } from "../dom.js";
import { moment, stub, typists } from "../client/text.js";
import { Face } from "./face.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/rooms.js").Room} Room
 */

export class RoomList {
  element;
  #chat;
  /** @type {Map<number, Row>} */
  #rows = new Map();

  /** @param {Chat} chat */
  constructor(chat) {
    this.#chat = chat;
    this.element = el("ul", { class: "rooms", onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) });
  }

  /** @param {number | null} active */
  render(active) {
    const rooms = this.#chat.rooms.list();
    this.#rows = new Map(rooms.map((room) => [room.id, this.#rows.get(room.id) ?? new Row(room.id)]));
    for (const room of rooms) this.#rows.get(room.id)?.update(this.#chat, room, room.id === active);
    arrange(this.element, [...this.#rows.values()].map((row) => row.element));
  }

  /** Focuses a room or, if it has gone, the first one. @param {number} room */
  focus(room) {
    (this.#rows.get(room)?.link ?? this.element.querySelector("a"))?.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const links = [...this.element.querySelectorAll("a")];
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
  #count = el("span", { class: "count" });

  /** @param {number} room */
  constructor(room) {
    this.link = el("a", { href: `#${room}` }, this.#face.element,
      el("span", { class: "line" }, this.#name, this.#time), el("span", { class: "line" }, this.#preview, this.#count));
    this.element = el("li", {}, this.link);
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
    set(this.link, "aria-current", isActive && "page");
    set(this.#time, "datetime", room.updated_at);
    setText(this.#time, moment(room.updated_at));
    const typing = typists(chat.typists(room.id));
    this.#preview.classList.toggle("typing", typing !== "");
    setText(this.#preview, typing || preview(chat, room));
    this.#count.hidden = room.unread === 0;
    if (this.#count.firstChild?.nodeValue !== String(room.unread)) {
      this.#count.replaceChildren(String(room.unread), el("span", { class: "unseen" }, " unread"));
    }
  }
}

/**
 * @param {Chat} chat
 * @param {Room} room
 */
function preview(chat, room) {
  const last = room.last_message;
  if (!last) return "No messages yet";
  if (last.deleted_at) return stub(last, chat.me);
  if (last.sender === chat.me) return `You: ${summary(last)}`;
  const { directory } = chat;
  return directory.other(room) === undefined ? `${directory.name(last.sender)}: ${summary(last)}` : summary(last);
}

// One room: its head, its messages, and the place to write.

import { el, setText } from "../dom.js";
import { icon } from "../icons.js";
import { rightsIn } from "../rights.js";
import { membersCount, typists } from "../text.js";
import { Composer } from "./composer.js";
import { aboutRoom } from "./dialogs.js";
import { entries } from "./entries.js";
import { Face } from "./face.js";
import { aboutGroup } from "./group.js";
import { Rows } from "./rows.js";
import { Scroller } from "./scroller.js";

/**
 * @typedef {import("../chat.js").Chat} Chat
 * @typedef {import("../rooms.js").Room} Room
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
  #composer;
  #closed = el("p", { class: "closed", role: "note" }, "Only admins can send messages here.");
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
    const about = () => {
      const room = this.#room === null ? undefined : chat.rooms.get(this.#room);
      if (room?.type === "direct") aboutRoom(chat, room);
      else if (room) aboutGroup(chat, room);
    };
    this.element = el(
      "section",
      { class: "conversation", "aria-labelledby": "conversation-title" },
      el("header", {},
        el("button", { class: "round back", type: "button", "aria-label": "Back to all conversations", onclick: back },
          icon("back")),
        this.#face.element,
        el("div", { class: "heading" }, this.#title, this.#subtitle),
        el("button", { class: "round", type: "button", "aria-label": "Members and details", onclick: about },
          icon("people"))),
      this.#scroller.element,
      el("footer", {}, this.#composer.element, this.#closed),
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
    this.#renderFoot(room);
    this.#renderMessages(room);
    if (this.#scroller.atEnd && !document.hidden) void this.#chat.seen(room.id);
  }

  /** @param {Room} room */
  #renderHead(room) {
    const { directory } = this.#chat;
    const title = directory.title(room);
    this.#face.update(title, directory.other(room) ?? -room.id, room.picture);
    setText(this.#title, title);
    const typing = typists(this.#chat.typists(room.id));
    this.#subtitle.classList.toggle("typing", typing !== "");
    setText(this.#subtitle, typing || this.#presence(room));
  }

  /** Replaces the composer by a sentence while only admins can send. @param {Room} room */
  #renderFoot(room) {
    const sends = rightsIn(room, this.#chat.me).sends;
    const writing = this.#composer.element.contains(document.activeElement);
    this.#composer.element.hidden = !sends;
    this.#closed.hidden = sends;
    if (writing && !sends) this.#title.focus();
  }

  /** @param {Room} room */
  #presence(room) {
    const { directory, me } = this.#chat;
    const others = directory.members(room.id).filter(({ user }) => user !== me);
    if (directory.other(room) !== undefined) return others[0]?.online ? "online" : "";
    const online = others.filter((member) => member.online).length;
    const members = membersCount(room.members_count);
    // Of a large room only some members are known.
    return online > 0 && !directory.hasMoreMembers(room.id) ? `${members}, ${online + 1} online` : members;
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
  }

  #loadOlder() {
    if (this.#room !== null && this.#chat.timeline(this.#room)?.hasOlder) void this.#chat.loadOlder(this.#room);
  }

  #seen() {
    if (this.#room !== null) void this.#chat.seen(this.#room);
  }
}
